// Right endpoints on Node that differ in what handlers differ in: node variants.mjs KIND PORT. PANORA_SECRET is the secret.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import zlib from 'node:zlib';

const [, , KIND, PORT] = process.argv;
const SECRET = process.env.PANORA_SECRET;
const MIB = 1024 * 1024;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const digest = (data) => createHmac('sha256', SECRET).update(data).digest();

function parsed(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}

const isEvent = (event) => event !== null && typeof event === 'object' && event.data !== undefined;

function isSigned(event, signature) {
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return false;
  try { return timingSafeEqual(Buffer.from(signature, 'hex'), digest(JSON.stringify(event.data))); } catch { return false; }
}

// --- what one or another does beside ---

const seen = new Map(); // digests and ids of events, forgotten after a minute
function isRepeated(event, signature) {
  const key = `${event.id_event} ${signature}`;
  const now = Date.now();
  for (const [old, at] of seen) { if (now - at < 60000) break; seen.delete(old); }
  const repeated = seen.has(key);
  seen.set(key, now);
  return repeated;
}

const queue = [];
async function work() {
  for (;;) {
    if (queue.length === 0) await sleep(5);
    else JSON.parse(queue.shift());
  }
}

function bucket(rate, burst) {
  let tokens = burst, filled = Date.now();
  return () => {
    const now = Date.now();
    tokens = Math.min(burst, tokens + (now - filled) * rate / 1000);
    filled = now;
    return tokens >= 1 && tokens-- > 0;
  };
}

const json = (value, type = 'application/json') => ({ type: `${type}; charset=utf-8`, text: JSON.stringify(value) });
const html = (text) => ({ type: 'text/html; charset=utf-8', text: `<!doctype html><title>${text}</title><p>${text}</p>` });

const TOLD = ['Signatur ungültig', 'signature non valide', 'firma no válida', '署名が無効です'];
const nestLike = (status, message) => json({ statusCode: status, message, timestamp: new Date().toISOString(), path: '/', requestId: randomUUID() });
const problem = (status, title) => json({ type: 'about:blank', title, status, instance: `urn:uuid:${randomUUID()}`, detail: `after ${performance.now().toFixed(3)} ms` }, 'application/problem+json');

// Each: what it answers to an event, to what is signed wrongly, and to what is no event; and what it does before.
const PLAIN = { good: [200, json({ received: true })], wrong: () => [401, json({ error: 'wrong signature' })], broken: () => [400, json({ error: 'not an event' })], limit: 16 * MIB };
const KINDS = {
  'base-path': { path: /^\/hooks\/panora\/?(\?.*)?$/, wrong: () => [401, nestLike(401, 'Unauthorized')], broken: () => [400, nestLike(400, 'Bad Request')] },
  'created': { good: [201, json({ id: 'evt' })] },
  'accepted-empty': { good: [202, null], work: true },
  'accepted-text': { good: [202, { type: 'text/plain', text: 'queued\n' }], work: true },
  'no-content': { good: [204, null], wrong: () => [403, null], broken: () => [403, null] },
  'forbidden-page': { wrong: () => [403, html(`${TOLD[Math.floor(Math.random() * 4)]} (${randomUUID()}, ${new Date().toUTCString()})`)] },
  'always-400': { wrong: () => [400, problem(400, 'The signature does not match')], broken: () => [400, problem(400, 'The request cannot be read')] },
  'traced': { headers: () => ({ 'x-request-id': randomUUID(), 'server-timing': `app;dur=${Math.random() * 9}`, traceparent: `00-${randomUUID().replaceAll('-', '')}-${randomUUID().slice(0, 8)}00000000-01` }), wrong: () => [401, json({ error: { code: 'E_SIG', trace: randomUUID(), ts: Date.now() } })] },
  'cookies': { headers: () => ({ 'set-cookie': [`sid=${randomUUID()}; HttpOnly; Path=/`, `seen=${Date.now()}; Path=/`], 'content-security-policy': "default-src 'none'", etag: `W/"${randomUUID()}"` }) },
  'any-case': { signature: (text) => text?.toLowerCase() },
  'jitter': { before: () => sleep(50 + Math.random() * 250) },
  'slow-wrong': { beforeWrong: () => sleep(150) },
  'idempotent': { repeated: [200, json({ duplicate: true })] },
  'queue': { good: [200, { type: 'text/plain', text: 'ok' }], work: true },
  'limit-100': { mayPass: bucket(100, 100) },
  'limit-of-12m': { limit: 12 * MIB, tells: true },
  'media-type': { needs: /^application\/json\b/i },
  'fatal-utf8': { fatal: true },
  'ignores-unknown': { unknown: [200, json({ ignored: true })] },
  'brotli': { packs: true },
  'server-limits': { server: { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10000, connectionsCheckingInterval: 1000, keepAliveTimeout: 65000 }, perSocket: 100 },
  'worker-threads': { threads: 2 },
  'late-body': { beforeBody: () => sleep(20) },
};
const kind = { ...PLAIN, ...KINDS[KIND] };

// --- the handler ---

async function read(request, limit) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length <= limit) parts.push(part);
  }
  return length > limit ? undefined : Buffer.concat(parts);
}

async function decide(request) {
  if (kind.path && !kind.path.test(request.url)) return [404, nestLike(404, `Cannot ${request.method} ${request.url}`)];
  if (request.method !== 'POST') return [405, json({ error: 'POST only' }), { allow: 'POST' }];
  if (kind.mayPass && !kind.mayPass()) return [429, json({ error: 'too many requests' }), { 'retry-after': '1' }];
  if (kind.needs && !kind.needs.test(request.headers['content-type'] ?? '')) return [415, json({ error: 'application/json only' })];
  if (kind.tells && Number(request.headers['content-length']) > kind.limit) return [413, json({ error: 'too long' }), { connection: 'close' }];
  await kind.beforeBody?.();
  const body = await read(request, kind.limit);
  if (!body) return [413, json({ error: 'too long' })];
  await kind.before?.();
  let text;
  try { text = new TextDecoder('utf-8', { fatal: !!kind.fatal, ignoreBOM: false }).decode(body); } catch { return [400, json({ error: 'not UTF-8' })]; }
  const event = parsed(text);
  if (!isEvent(event)) return kind.broken();
  const given = request.headers['panora-signature'];
  const signature = kind.signature ? kind.signature(given) : given;
  if (!await check(text, event, signature)) { await kind.beforeWrong?.(); return kind.wrong(); }
  if (kind.unknown && !/^(crm|connection|ticketing|filestorage|hris|ats|accounting|ecommerce)\b/.test(event.type)) return kind.unknown;
  if (kind.repeated && isRepeated(event, signature)) return kind.repeated;
  if (kind.work) queue.push(text);
  else if (typeof event.data === 'string' && parsed(event.data) === undefined) return [400, json({ error: 'data is not JSON' })];
  return kind.good;
}

function send(request, response, [status, content, more]) {
  for (const [name, value] of Object.entries({ ...kind.headers?.(), ...more })) response.setHeader(name, value);
  if (!content) { response.writeHead(status).end(); return; }
  const packed = kind.packs && /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(status, { 'content-type': content.type, ...(packed && { 'content-encoding': 'br' }) });
  response.end(packed ? zlib.brotliCompressSync(content.text) : content.text);
}

// --- in threads of their own, or here ---

const waiting = new Map();
let workers = [], last = 0;
function check(text, event, signature) {
  if (!workers.length) return isSigned(event, signature);
  return new Promise((done) => {
    const id = ++last;
    waiting.set(id, done);
    workers[id % workers.length].postMessage({ id, text, signature });
  });
}

if (!isMainThread) {
  parentPort.on('message', ({ id, text, signature }) => parentPort.postMessage({ id, right: isSigned(parsed(text), signature) }));
} else {
  workers = Array.from({ length: kind.threads ?? 0 }, () => new Worker(new URL(import.meta.url), { argv: [KIND, PORT] }));
  for (const one of workers) one.on('message', ({ id, right }) => { waiting.get(id)(right); waiting.delete(id); });
  if (kind.work) work();
  const server = http.createServer(kind.server ?? {}, (request, response) => {
    request.on('error', () => {});
    decide(request).then((answer) => send(request, response, answer)).catch(() => response.destroy());
  });
  if (kind.perSocket) server.maxRequestsPerSocket = kind.perSocket;
  server.listen(PORT, '127.0.0.1');
}
