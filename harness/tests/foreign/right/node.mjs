// A right endpoint, in one of many servers: node node.mjs KIND PORT SHAPES. PANORA_SECRET is its secret; a certificate for TLS lies beside.
import cluster from 'node:cluster';
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import zlib from 'node:zlib';
import { jsonSchema, readShapes, zodSchema } from './shapes.mjs';

const [, , KIND, PORT, SHAPES] = process.argv;
const SECRET = process.env.PANORA_SECRET;
const LIMIT = 16 * 1024 * 1024;
const ready = () => console.log('READY');

function isSigned(data, signature) {
  let message;
  try { message = JSON.stringify(data); } catch { return false; } // nested too deep
  const right = createHmac('sha256', SECRET).update(message).digest('hex');
  return typeof signature === 'string' && signature.length === right.length && timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(right));
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}

// What the published catalogue says of a type: which object, and whether there are rows of it.
function about(type) {
  const found = /^(.*)\.(created|updated|deleted|push|pulled)$/.exec(type);
  return found ? [found[1], found[2] === 'pulled'] : ['', false];
}

let fits = () => true;
async function prepareShapes() {
  const shapes = readShapes(SHAPES);
  const cache = new Map();
  let compile;
  if (KIND.includes('zod')) {
    const { z } = await import('zod');
    const schema = zodSchema(shapes, z);
    compile = (...about) => { const one = schema(...about); return (data) => one.safeParse(data).success; };
  } else {
    const { default: Ajv } = await import('ajv');
    const ajv = new Ajv({ strict: false });
    const schema = jsonSchema(shapes);
    compile = (...about) => ajv.compile(schema(...about));
  }
  fits = (type, data) => {
    if (!cache.has(type)) cache.set(type, compile(...about(type)));
    return cache.get(type)(data);
  };
}

const known = new Set();

// A limit of the rate that is far above what one worker of Panora sends: 500 a second after the first 300.
let tokens = 300, filled = Date.now();
function mayPass() {
  const now = Date.now();
  tokens = Math.min(300, tokens + (now - filled) / 2);
  filled = now;
  return tokens >= 1 && tokens-- > 0;
}

// What differs from one refusal to the next, and says nothing.
const noise = () => ({ requestId: randomUUID(), at: new Date().toISOString(), took: performance.now() % 5, trace: `00-${randomUUID().replaceAll('-', '')}-01` });

// The answer to a body that was read: [status, answer].
function judge(body, signature) {
  const event = parsed(body);
  if (event === null || typeof event !== 'object' || event.data === undefined) return [400, { error: 'not an event' }];
  if (!isSigned(event.data, signature)) return [401, { error: 'wrong signature' }];
  const data = typeof event.data === 'string' ? parsed(event.data) : event.data;
  if (data === undefined) return [400, { error: 'data is not JSON' }];
  if (KIND.includes('remembers') && known.has(event.id_event)) return [200, { received: 'before' }];
  known.add(event.id_event);
  return fits(String(event.type), data) ? [200, { received: true }] : [422, { error: 'an unknown shape' }];
}

// --- node's own servers ---

function plain(request, response) {
  const parts = [];
  let length = 0;
  const answer = ([status, value]) => {
    if (KIND.includes('late') && status === 200) return setTimeout(() => send(status, value), 200);
    send(status, KIND.includes('noise') && status !== 200 ? { ...value, ...noise() } : value);
  };
  const send = (status, value) => {
    const text = Buffer.from(JSON.stringify(value));
    if (KIND.includes('closes')) response.setHeader('connection', 'close');
    const packed = KIND.includes('gzip') && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...(packed && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }) });
    response.end(packed ? zlib.gzipSync(text) : text);
  };
  if (request.method !== 'POST') { response.setHeader('allow', 'POST'); answer([405, { error: 'POST only' }]); request.resume(); return; }
  if (KIND.includes('limits') && !mayPass()) { response.setHeader('retry-after', '1'); answer([429, { error: 'too many requests' }]); request.resume(); return; }
  request.on('error', () => {}).on('data', (part) => { length += part.length; if (length <= LIMIT) parts.push(part); });
  request.on('end', () => answer(length > LIMIT ? [413, {}] : judge(Buffer.concat(parts).toString('utf8'), request.headers['panora-signature'])));
}

const tls = () => ({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') });
const listen = (server) => server.listen(PORT, '127.0.0.1', ready);

const servers = {
  http: () => listen(http.createServer(plain)),
  'http-gzip': () => listen(http.createServer(plain)),
  'http-ajv': () => listen(http.createServer(plain)),
  'http-zod': () => listen(http.createServer(plain)),
  'http-late': () => listen(http.createServer(plain)),
  'http-noise': () => listen(http.createServer(plain)),
  'http-closes': () => listen(http.createServer(plain)),
  'http-limits': () => listen(http.createServer(plain)),
  'http-remembers': () => listen(http.createServer(plain)),
  'http-idle': () => listen(http.createServer({ keepAliveTimeout: 200 }, plain)),
  'http-cluster': () => cluster.isPrimary ? [1, 2].forEach(() => cluster.fork()) : http.createServer(plain).listen(PORT, '127.0.0.1'),
  https: () => listen(https.createServer(tls(), plain)),
  http2: () => listen(http2.createSecureServer({ ...tls(), allowHTTP1: true }, plain)),

  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.use(express.text({ type: () => true, limit: LIMIT }));
    app.post('/', (request, response) => { const [status, value] = judge(request.body, request.get('panora-signature')); response.status(status).json(value); });
    app.all('/', (request, response) => response.set('Allow', 'POST').status(405).end());
    app.use((error, request, response, next) => response.headersSent ? next(error) : response.status(error.status ?? 400).end());
    app.listen(PORT, '127.0.0.1', ready);
  },
  async 'express-zod'() { // as middleware sees it: parsed, and checked before the handler
    const { default: express } = await import('express');
    const app = express();
    app.use(express.json({ limit: LIMIT, strict: true }));
    app.post('/', (request, response) => {
      const event = request.body;
      if (event === null || typeof event !== 'object' || event.data === undefined) return response.status(400).end();
      if (!isSigned(event.data, request.get('panora-signature'))) return response.status(401).end();
      const data = typeof event.data === 'string' ? parsed(event.data) : event.data;
      if (data === undefined) return response.status(400).end();
      return response.status(fits(String(event.type), data) ? 204 : 422).end();
    });
    app.all('/', (request, response) => response.status(405).end());
    app.use((error, request, response, next) => response.headersSent ? next(error) : response.status(error.status ?? 400).end());
    app.listen(PORT, '127.0.0.1', ready);
  },
  async 'fastify-ajv'() {
    const { default: Fastify } = await import('fastify');
    const app = Fastify({ bodyLimit: LIMIT });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => done(null, body));
    app.post('/', async (request, reply) => { const [status, value] = judge(request.body ?? '', request.headers['panora-signature']); return reply.code(status).send(value); });
    await app.listen({ port: Number(PORT), host: '127.0.0.1' });
    ready();
  },
  async koa() {
    const { default: Koa } = await import('koa');
    const app = new Koa();
    app.use(async (context) => {
      if (context.method !== 'POST') { context.status = 405; return; }
      const parts = [];
      for await (const part of context.req) parts.push(part);
      const [status, value] = judge(Buffer.concat(parts).toString('utf8'), context.get('panora-signature'));
      context.status = status;
      context.body = value;
    });
    app.on('error', () => {});
    app.listen(PORT, '127.0.0.1', ready);
  },
  async hono() {
    const { Hono } = await import('hono');
    const { serve } = await import('@hono/node-server');
    const app = new Hono();
    app.post('/', async (context) => { const [status, value] = judge(await context.req.text(), context.req.header('panora-signature')); return context.json(value, status); });
    app.all('/', (context) => context.text('', 405));
    serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ready);
  },
  async hapi() {
    const { default: Hapi } = await import('@hapi/hapi');
    const server = Hapi.server({ port: Number(PORT), host: '127.0.0.1' });
    server.route({
      method: 'POST', path: '/', options: { payload: { parse: false, output: 'data', maxBytes: LIMIT } },
      handler: (request, h) => { const [status, value] = judge(Buffer.from(request.payload ?? '').toString('utf8'), request.headers['panora-signature']); return h.response(value).code(status); },
    });
    await server.start();
    ready();
  },
};

if (/zod|ajv/.test(KIND)) await prepareShapes();
await servers[KIND]();
