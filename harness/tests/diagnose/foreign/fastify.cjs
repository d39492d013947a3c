// Endpoints on Fastify with one mistake each, or several ("a+b"): node fastify.cjs MODES PORT SECRET. See table.json.
// MODULES names the folder that has Fastify.
const { createHmac, timingSafeEqual } = require('node:crypto');
const [, , MODES, PORT, SECRET] = process.argv;
const modes = new Set(MODES.split('+'));
const is = (...names) => names.some((name) => modes.has(name));
const app = require(process.env.MODULES + '/fastify')({
  bodyLimit: is('default-limit') ? undefined : 20 << 20,
  onProtoPoisoning: is('proto') ? 'error' : 'ignore', onConstructorPoisoning: is('proto') ? 'error' : 'ignore',
});
const digest = (message, form = 'hex', algorithm = 'sha256') => createHmac(algorithm, SECRET).update(message).digest(form);

if (is('raw', 'text-parser')) {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
}
if (is('exact-type')) {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/json$/, { parseAs: 'string' }, (request, body, done) => done(null, JSON.parse(body)));
}
const schema = {};
if (is('ajv-strict')) schema.body = { type: 'object', additionalProperties: false, required: ['id_event', 'data', 'type'],
  properties: { id_event: { type: 'string' }, type: { type: 'string' }, data: {} } };
if (is('ajv-string')) schema.body = { type: 'object', required: ['id_event', 'data', 'type'],
  properties: { id_event: { type: 'string' }, type: { type: 'string' }, data: { type: 'string' } } };
if (is('ajv-enum')) schema.body = { type: 'object', properties: { type: { enum: ['connection.created', ...['crm', 'ticketing', 'hris', 'ats', 'accounting', 'filestorage', 'marketingautomation', 'ecommerce']
  .flatMap((v) => ['contact', 'deal', 'company', 'ticket', 'order'].flatMap((o) => [`${v}.${o}.created`, `${v}.${o}.pulled`]))] } } };
if (is('ajv-header')) schema.headers = { type: 'object', required: ['panora-signature'], properties: { 'panora-signature': { type: 'string', pattern: '^[0-9a-f]{64}$' } } };
if (is('ajv-long')) schema.body = { type: 'object', properties: { data: { type: 'string', maxLength: 65535 } } };

if (is('no-hook-return')) app.addHook('preHandler', async (request, reply) => {
  const { data } = request.body ?? {};
  if (request.headers['panora-signature'] !== digest(JSON.stringify(data) ?? '')) reply.code(401).send({ error: 'signature' });
});
if (is('throws')) app.addHook('preHandler', async (request) => {
  if (!timingSafeEqual(Buffer.from(request.headers['panora-signature'] ?? '', 'hex'), Buffer.from(digest(JSON.stringify(request.body.data)), 'hex')))
    throw Object.assign(new Error('bad signature'), { statusCode: 401 });
});
if (is('all-errors-400')) app.setErrorHandler((error, request, reply) => reply.code(400).send('bad'));
if (is('errors-200')) app.setErrorHandler((error, request, reply) => reply.code(200).send({ ok: true }));
if (is('echoes')) app.setErrorHandler((error, request, reply) => reply.code(error.statusCode ?? 500).send({ error: error.message, stack: error.stack }));
let inFlight = 0;
app.post('/webhook', { schema }, async (request, reply) => {
  const body = is('text-parser') ? JSON.parse(request.body) : request.body;
  const signed = is('raw') ? body : is('whole') ? JSON.stringify(body) : is('type-and-data') ? body.type + '.' + JSON.stringify(body.data)
    : is('id-and-data') ? body.id_event + '.' + JSON.stringify(body.data) : is('pretty') ? JSON.stringify(body?.data, null, 2) : JSON.stringify(body?.data);
  if (signed === undefined) return reply.code(400).send();
  const given = request.headers[is('stripe') ? 'stripe-signature' : is('svix') ? 'svix-signature' : is('shopify') ? 'x-shopify-hmac-sha256' : 'panora-signature'];
  if (!is('no-hook-return', 'throws')) {
    if (typeof given !== 'string') return reply.code(401).send();
    let ok;
    if (is('stripe')) { const [, t, v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(given) ?? []; ok = v1 === digest(t + '.' + signed); }
    else if (is('svix')) { const id = request.headers['svix-id'], at = request.headers['svix-timestamp']; ok = given === 'v1,' + digest(`${id}.${at}.${signed}`, 'base64'); }
    else if (is('shopify')) ok = given === digest(signed, 'base64');
    else if (is('base64url')) ok = given === digest(signed, 'base64url');
    else if (is('sha1')) ok = given === digest(signed, 'hex', 'sha1');
    else if (is('localecompare')) ok = given.localeCompare(digest(signed), 'en', { sensitivity: 'base' }) === 0;
    else if (is('six')) ok = given.startsWith(digest(signed).slice(0, 6));
    else if (is('first-8')) ok = given.slice(0, 8) === digest(signed).slice(0, 8);
    else if (is('not-awaited')) { const verify = async () => given === digest(signed); ok = !!verify(); }
    else if (is('hex-decode')) ok = Buffer.from(given, 'hex').equals(Buffer.from(digest(signed), 'hex'));
    else if (is('includes')) ok = given.includes(digest(signed));
    else ok = given === digest(signed);
    if (!ok) return reply.code(is('refuses-302') ? 302 : 401).headers(is('refuses-302') ? { location: '/login' } : {}).send(is('leaks') ? { expected: digest(signed), given } : {});
  }
  if (is('pool-3')) { if (inFlight >= 3) return reply.code(503).send(); inFlight++; await new Promise((r) => setTimeout(r, 20)); inFlight--; }
  if (is('slow')) await new Promise((r) => setTimeout(r, 1500));
  if (is('parses-data')) { const data = typeof body.data === 'string' ? JSON.parse(body.data) : body.data; if (Array.isArray(data) ? data[0].id : data.id) ; }
  if (is('known-verticals')) { const handlers = { crm: 1, ticketing: 1, connection: 1 }; if (!handlers[body.type.split('.')[0]]) throw new Error('unknown vertical'); }
  if (is('three-parts')) { const [v, o, e] = body.type.split('.'); if (!v || !o || !e) return reply.code(422).send(); }
  return reply.code(is('no-content-body') ? 200 : 204).send(is('no-content-body') ? { received: true } : undefined);
});
app.listen({ port: Number(PORT), host: '127.0.0.1' }).then(() => console.log('READY'));
