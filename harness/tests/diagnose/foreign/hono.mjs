// Endpoints on Hono with one mistake each, or several ("a+b"): node hono.mjs MODES PORT SECRET. See table.json.
import { createRequire } from 'node:module';
import { createHmac, webcrypto } from 'node:crypto';
const require = createRequire(process.env.MODULES + '/x.js');
const { Hono } = require('hono');
const { serve } = require('@hono/node-server');
const { bodyLimit } = require('hono/body-limit');
const { csrf } = require('hono/csrf');
const [, , MODES, PORT, SECRET] = process.argv;
const modes = new Set(MODES.split('+'));
const is = (...names) => names.some((name) => modes.has(name));
const app = new Hono();
const hex = (buffer) => Buffer.from(buffer).toString('hex');
const key = await webcrypto.subtle.importKey('raw', Buffer.from(SECRET), { name: 'HMAC', hash: is('sha512') ? 'SHA-512' : 'SHA-256' }, false, ['sign', 'verify']);
if (is('limit-256k')) app.use(bodyLimit({ maxSize: 256 * 1024 }));
if (is('limit-1m')) app.use(bodyLimit({ maxSize: 1024 * 1024 }));
if (is('csrf')) app.use(csrf());
if (is('catch-all')) app.all('*', (c) => c.json({ status: 'ok' }));
if (is('spa')) app.get('*', (c) => c.html('<!doctype html><div id=root></div>'));
if (is('spa-post')) app.all('*', (c) => c.html('<!doctype html><title>App</title><div id=root></div>'));
if (is('wrong-path')) app.post('/webhooks', (c) => c.body(null, 204));
app.onError((error, c) => is('trace') ? c.text(error.stack, 500) : is('error-200') ? c.json({ error: error.message }) : c.text('error', 500));
const seen = new Map();
app.post('/webhook', async (c) => {
  const raw = await c.req.text();
  const given = c.req.header('panora-signature');
  const event = is('try') ? (() => { try { return JSON.parse(raw); } catch { return null; } })() : JSON.parse(raw);
  if (is('try') && (event === null || typeof event !== 'object' || event.data === undefined)) return c.text('bad', 400);
  const message = is('raw') ? raw : is('whole') ? JSON.stringify(event) : is('data-text') && typeof event.data === 'string' ? event.data : JSON.stringify(event.data);
  const encoded = is('latin1') ? Buffer.from(message, 'latin1') : new TextEncoder().encode(message);
  let ok;
  if (is('subtle-verify')) ok = await webcrypto.subtle.verify('HMAC', key, Buffer.from(given ?? '', 'hex'), encoded);
  else if (is('subtle-not-awaited')) ok = webcrypto.subtle.verify('HMAC', key, Buffer.from(given ?? '', 'hex'), encoded);
  else if (is('truthy')) ok = !given || given === hex(await webcrypto.subtle.sign('HMAC', key, encoded));
  else if (is('slice')) ok = hex(await webcrypto.subtle.sign('HMAC', key, encoded)).startsWith(given ?? 'none');
  else if (is('either')) ok = given === hex(await webcrypto.subtle.sign('HMAC', key, encoded)) || c.req.query('token') === hex(await webcrypto.subtle.sign('HMAC', key, encoded));
  else if (is('xor')) { const right = hex(await webcrypto.subtle.sign('HMAC', key, encoded)); let d = 0; for (let i = 0; i < (given ?? '').length; i++) d |= given.charCodeAt(i) ^ right.charCodeAt(i); ok = given !== undefined && d === 0; }
  else if (is('case-insensitive')) ok = (given ?? '').toLowerCase() === hex(await webcrypto.subtle.sign('HMAC', key, encoded));
  else if (is('cache')) { const right = seen.get(event.id_event) ?? hex(await webcrypto.subtle.sign('HMAC', key, encoded)); seen.set(event.id_event, right); ok = given === right; }
  else ok = given === hex(await webcrypto.subtle.sign('HMAC', key, encoded));
  if (!ok) return is('refuses-200') ? c.json({ ok: true }) : c.text('no', is('refuses-403') ? 403 : 401);
  if (is('unique')) { if (seen.has(event.id_event)) return c.text('duplicate', 409); seen.set(event.id_event, 1); }
  if (is('race')) { if (seen.has(event.id_event)) return c.body(null, 200); await new Promise((r) => setTimeout(r, 30)); if (seen.has(event.id_event)) return c.text('conflict', 500); seen.set(event.id_event, 1); }
  if (is('zod')) { const data = typeof event.data === 'string' ? JSON.parse(event.data) : event.data; const rows = Array.isArray(data) ? data : [data]; for (const row of rows) if (row && typeof row === 'object' && 'email_addresses' in row && !Array.isArray(row.email_addresses)) return c.text('invalid', 422); }
  if (is('latin-names')) { const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data); if (/[^\x00-\xff]/.test(data)) return c.text('invalid', 422); }
  if (is('big-body-slow')) await new Promise((r) => setTimeout(r, raw.length / 400));
  return c.body(null, 204);
});
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log('READY'));
