// Right endpoints in frameworks from npm, with their own ways to read a body: node frameworks.mjs KIND PORT.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import http from 'node:http';

const [, , KIND, PORT] = process.argv;
const port = Number(PORT), host = '127.0.0.1';
const LIMIT = 12 * 1024 * 1024;

// The status for a parsed body.
function judge(event, signature) {
  if (event === null || typeof event !== 'object' || event.data === undefined) return 400;
  let right;
  try { right = createHmac('sha256', process.env.PANORA_SECRET).update(JSON.stringify(event.data)).digest('hex'); } catch { return 400; }
  return typeof signature === 'string' && signature.length === 64 && timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(right)) ? 200 : 401;
}

function judgeText(text, signature) {
  try { return judge(JSON.parse(text), signature); } catch { return 400; }
}

async function textOf(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

const frameworks = {
  async nest() { // without decorators, which need a compiler
    await import('reflect-metadata');
    const { Controller, HttpCode, Module, Post, Req, Res, Get } = await import('@nestjs/common');
    const { NestFactory } = await import('@nestjs/core');
    const { UnauthorizedException, BadRequestException } = await import('@nestjs/common');
    class Panora {
      take(request) {
        const status = judge(request.body, request.headers['panora-signature']);
        if (status === 401) throw new UnauthorizedException();
        if (status === 400) throw new BadRequestException();
        return { received: true, at: new Date().toISOString() };
      }
    }
    const about = Object.getOwnPropertyDescriptor(Panora.prototype, 'take');
    Controller('webhooks')(Panora);
    Post('panora')(Panora.prototype, 'take', about);
    HttpCode(200)(Panora.prototype, 'take', about);
    Req()(Panora.prototype, 'take', 0);
    class App {}
    Module({ controllers: [Panora] })(App);
    const app = await NestFactory.create(App, { logger: false, bodyParser: false });
    app.useBodyParser('json', { limit: LIMIT });
    await app.listen(port, host);
  },
  async 'express-router'() {
    const { default: express } = await import('express');
    const app = express();
    const hooks = express.Router({ strict: false });
    hooks.post('/panora', express.raw({ type: '*/*', limit: LIMIT }), (request, response) => {
      const status = judgeText(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '', request.get('panora-signature'));
      response.sendStatus(status);
    });
    app.disable('x-powered-by');
    app.use('/hooks', hooks);
    app.use((request, response) => response.status(404).json({ error: 'not found', path: request.originalUrl }));
    app.use((error, request, response, next) => response.headersSent ? next(error) : response.status(error.status ?? 400).json({ error: error.type, id: randomUUID() }));
    app.listen(port, host);
  },
  async 'express-limited'() { // with the usual guards in front
    const { default: express } = await import('express');
    const { default: helmet } = await import('helmet');
    const { rateLimit } = await import('express-rate-limit');
    const app = express();
    app.use(helmet());
    app.use(rateLimit({ windowMs: 1000, limit: 100, standardHeaders: 'draft-7', legacyHeaders: false }));
    app.post('/', express.json({ limit: LIMIT, type: 'application/json' }), (request, response) => {
      response.status(judge(request.body, request.get('panora-signature'))).end();
    });
    app.use((error, request, response, next) => response.headersSent ? next(error) : response.status(error.status ?? 400).end());
    app.listen(port, host);
  },
  async fastify() { // its own JSON parser, with its own guard against prototypes
    const { default: Fastify } = await import('fastify');
    const app = Fastify({ bodyLimit: LIMIT, ignoreTrailingSlash: true, onProtoPoisoning: 'ignore', onConstructorPoisoning: 'ignore' });
    app.post('/hooks/panora', async (request, reply) => {
      const status = judge(request.body, request.headers['panora-signature']);
      return reply.code(status === 200 ? 202 : status).send(status === 200 ? { queued: true } : { statusCode: status, reqId: request.id, time: Date.now() });
    });
    await app.listen({ port, host });
  },
  async 'koa-bodyparser'() {
    const { default: Koa } = await import('koa');
    const { bodyParser } = await import('@koa/bodyparser');
    const app = new Koa();
    app.use(bodyParser({ jsonLimit: '12mb', enableTypes: ['json'], onError: (error, context) => context.throw(400) }));
    app.use((context) => {
      context.status = context.method === 'POST' ? judge(context.request.body, context.get('panora-signature')) : 405;
      context.body = context.status === 200 ? '' : { error: context.status, at: new Date() };
    });
    app.on('error', () => {});
    app.listen(port, host);
  },
  async 'hono-routes'() {
    const { Hono } = await import('hono');
    const { bodyLimit } = await import('hono/body-limit');
    const { serve } = await import('@hono/node-server');
    const app = new Hono().basePath('/api');
    app.post('/panora', bodyLimit({ maxSize: LIMIT }), async (context) => {
      const status = judgeText(await context.req.text(), context.req.header('panora-signature'));
      return status === 200 ? context.body(null, 204) : context.json({ error: 'refused', ray: randomUUID() }, status);
    });
    serve({ fetch: app.fetch, port, hostname: host });
  },
  async h3() {
    const { createApp, createRouter, defineEventHandler, getHeader, readRawBody, setResponseStatus, toNodeListener } = await import('h3');
    const router = createRouter().post('/', defineEventHandler(async (event) => {
      setResponseStatus(event, judgeText(await readRawBody(event) ?? '', getHeader(event, 'panora-signature')));
      return { ok: true };
    }));
    http.createServer(toNodeListener(createApp({ onError: () => {} }).use(router))).listen(port, host);
  },
  async polka() {
    const { default: polka } = await import('polka');
    polka().post('/', async (request, response) => {
      try {
        response.writeHead(judgeText(await textOf(request), request.headers['panora-signature']), { 'content-length': 0 }).end();
      } catch { response.destroy(); } // the client has gone
    }).listen(port, host);
  },
  async restify() {
    const { default: restify } = await import('restify');
    const server = restify.createServer();
    server.use(restify.plugins.bodyParser({ maxBodySize: LIMIT, mapParams: false, requestBodyOnGet: false }));
    server.post('/', (request, response, next) => { response.send(judge(request.body, request.header('panora-signature'))); next(); });
    server.listen(port, host);
  },
  async 'route-handler'() { // what Next.js and other routers call: a Request in, a Response out
    const { createServerAdapter } = await import('@whatwg-node/server');
    const POST = async (request) => {
      const status = judgeText(await request.text(), request.headers.get('panora-signature'));
      return Response.json({ status, id: randomUUID() }, { status });
    };
    http.createServer(createServerAdapter((request) => request.method === 'POST' ? POST(request) : new Response(null, { status: 405, headers: { allow: 'POST' } }))).listen(port, host);
  },
  async 'zod-envelope'() { // the envelope is checked first, and open to unknown members and types
    const { z } = await import('zod');
    const Envelope = z.object({ id_event: z.string().uuid(), type: z.string().regex(/^[a-z_]+(\.[a-z_]+)+$/), data: z.union([z.string().min(1), z.record(z.any()), z.array(z.any())]) }).passthrough();
    http.createServer(async (request, response) => {
      const end = (status) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
      if (request.method !== 'POST') { request.resume(); return end(405); }
      let text, event;
      try { text = await textOf(request); } catch { return response.destroy(); } // the client has gone
      try { event = JSON.parse(text); } catch { return end(400); }
      const status = judge(event, request.headers['panora-signature']);
      return end(status === 200 && !Envelope.safeParse(event).success ? 422 : status);
    }).listen(port, host);
  },
};

await frameworks[KIND]();
