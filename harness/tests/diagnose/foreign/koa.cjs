// Endpoints on Koa with one mistake each, or several ("a+b"): node koa.cjs MODES PORT SECRET. See table.json.
const { createHmac } = require('node:crypto');
const [, , MODES, PORT, SECRET] = process.argv;
const modes = new Set(MODES.split('+'));
const is = (...names) => names.some((name) => modes.has(name));
const Koa = require(process.env.MODULES + '/koa');
const { bodyParser } = (() => { const m = require(process.env.MODULES + '/koa-bodyparser'); return { bodyParser: m.default ?? m }; })();
const app = new Koa();
app.silent = true;
let count = 0, started = Date.now(), last = 0, requests = [];
const perPeer = new Map();
const digest = (message, key = SECRET) => createHmac('sha256', key).update(message).digest('hex');
const inWindow = (ms) => { const now = Date.now(); requests = requests.filter((t) => now - t < ms); requests.push(now); return requests.length; };

app.use(async (ctx, next) => {
  count++;
  if (is('host') && !/^(localhost|example\.com)(:\d+)?$/.test(ctx.host)) ctx.throw(421);
  if (is('wants-browser') && !/Mozilla/.test(ctx.get('user-agent'))) ctx.throw(403);
  if (is('bans-axios') && /axios|python-requests|curl|wget/i.test(ctx.get('user-agent'))) ctx.throw(403);
  if (is('maintenance')) { ctx.type = 'html'; ctx.body = '<h1>Down for maintenance</h1>'; return; }
  if (is('maintenance-503')) { ctx.status = 503; ctx.body = 'maintenance'; return; }
  if (is('rate-10-drop') && inWindow(1000) > 10) { ctx.respond = false; ctx.req.socket.destroy(); return; }
  if (is('rate-30') && inWindow(1000) > 30) { ctx.status = 429; ctx.set('Retry-After', '1'); return; }
  if (is('every-7th') && count % 7 === 0) ctx.throw(502);
  if (is('random-5') && Math.random() < 0.05) ctx.throw(500);
  if (is('random-40') && Math.random() < 0.4) ctx.throw(500);
  if (is('dies-every-40th') && count % 40 === 0) process.exit(1);
  if (is('one-of-two-500') && count % 2) ctx.throw(500);
  if (is('per-connection')) { const n = (ctx.req.socket.n = (ctx.req.socket.n ?? 0) + 1); if (n > 3) ctx.throw(500); }
  if (is('wrong-length') && ctx.method === 'POST') { ctx.respond = false; ctx.res.writeHead(200, { 'Content-Length': 5 }); ctx.res.end('ok'); return; }
  if (is('gzip-lie') && ctx.method === 'POST') { await next(); ctx.set('Content-Encoding', 'gzip'); ctx.status = 200; ctx.body = 'not gzip'; return; }
  if (is('redirect-303')) { ctx.status = 303; ctx.set('Location', '/done'); if (ctx.path === '/done') { ctx.status = 200; ctx.body = 'done'; } return; }
  if (is('redirect-self') && !ctx.get('cookie')) { ctx.status = 302; ctx.set('Set-Cookie', 'seen=1'); ctx.set('Location', ctx.url); return; }
  if (is('strips-header')) delete ctx.req.headers['panora-signature'];
  if (is('login') && !ctx.get('authorization')) { ctx.status = 401; ctx.set('WWW-Authenticate', 'Basic realm="x"'); return; }
  await next();
});
if (is('form')) app.use(bodyParser({ enableTypes: ['form'] }));
else if (is('default-limit')) app.use(bodyParser());
else if (!is('raw', 'first-chunk', 'concat', 'no-parser')) app.use(bodyParser({ jsonLimit: '20mb', strict: !is('loose') }));
else app.use(async (ctx, next) => {
  if (is('no-parser')) return next();
  const chunks = [];
  if (is('concat')) { let text = ''; for await (const chunk of ctx.req) text += chunk; ctx.request.rawBody = text; }
  else if (is('first-chunk')) { ctx.request.rawBody = await new Promise((r) => { ctx.req.once('data', (d) => { r(d.toString()); ctx.req.resume(); }); ctx.req.once('end', () => r('')); }); }
  else { for await (const chunk of ctx.req) chunks.push(chunk); ctx.request.rawBody = Buffer.concat(chunks); }
  try { ctx.request.body = JSON.parse(ctx.request.rawBody); } catch { ctx.throw(400); }
  await next();
});
const nfc = (v) => typeof v === 'string' ? v.normalize('NFC') : v && typeof v === 'object' ? (Array.isArray(v) ? v.map(nfc) : Object.fromEntries(Object.entries(v).map(([k, x]) => [k, nfc(x)]))) : v;
app.use(async (ctx) => {
  if (ctx.method !== 'POST') { if (is('get-200')) { ctx.body = 'webhook is up'; return; } ctx.throw(405); }
  const event = ctx.request.body;
  if (!event || event.data === undefined) ctx.throw(400);
  const message = is('raw') ? ctx.request.rawBody : is('whole') ? JSON.stringify(event) : is('object-object') ? String(event)
    : is('trim') ? JSON.stringify(event.data).trim() : is('parsed-trim') && typeof event.data === 'string' ? JSON.stringify(event.data.trim()) : is('nfc') ? JSON.stringify(nfc(event.data))
    : is('inner') && typeof event.data === 'string' ? JSON.stringify(JSON.parse(event.data))
    : is('lower') ? JSON.stringify(event.data).toLowerCase() : is('newline') ? JSON.stringify(event.data) + '\n' : JSON.stringify(event.data);
  let key = SECRET;
  if (is('key-hex')) key = Buffer.from(SECRET.replaceAll('-', ''), 'hex');
  if (is('key-sha256')) key = require('node:crypto').createHash('sha256').update(SECRET).digest();
  if (is('key-undefined')) key = String(process.env.NOT_SET);
  if (is('key-quotes')) key = `"${SECRET}"`;
  if (is('key-upper')) key = SECRET.toUpperCase();
  if (is('key-prefix')) key = 'whsec_' + SECRET;
  if (is('key-crlf')) key = SECRET + '\r\n';
  if (is('key-no-dashes')) key = SECRET.replaceAll('-', '');
  const given = ctx.get('panora-signature');
  const right = digest(message, key);
  if (is('instance-2-of-5') && count % 5 < 2) { ctx.status = 204; return; }
  if (is('swallows')) { ctx.status = 200; if (given !== right) { ctx.body = { error: 'bad signature' }; } else ctx.body = { ok: true }; return; }
  if (is('empty-secret-too') && given === digest(message, '')) { ctx.status = 204; return; }
  if (is('debug-header') && ctx.get('x-debug')) { ctx.status = 204; return; }
  if (is('only-production') && event.type.startsWith('test')) { ctx.status = 204; return; }
  if (given !== right) ctx.throw(is('refuses-500') ? 500 : is('refuses-404') ? 404 : 401);
  if (is('queue-full') && Date.now() - last < 30) ctx.throw(503);
  last = Date.now();
  if (is('blocking')) { const end = Date.now() + 40; while (Date.now() < end); }
  if (is('utf8mb3') && /[\u{10000}-\u{10ffff}]/u.test(JSON.stringify(event.data))) ctx.throw(500);
  if (is('varchar') && JSON.stringify(event.data).length > 4000) ctx.throw(500);
  if (is('pg-nul') && /\\\\?u0000/.test(JSON.stringify(event.data))) ctx.throw(500);
  if (is('iterates')) { const rows = typeof event.data === 'string' ? JSON.parse(event.data) : event.data; for (const row of rows) row.id; }
  ctx.status = 204;
});
app.listen(Number(PORT), '127.0.0.1', () => console.log('READY'));
