// Endpoints on node:http with one mistake each, or several ("a+b"): node node.mjs MODES PORT SECRET
// What each has to be named stands in table.json. None of these mistakes is one of the receiver's.
import http from 'node:http';
import { createHmac, timingSafeEqual } from 'node:crypto';

const [, , MODES, PORT, SECRET] = process.argv;
const modes = new Set(MODES.split('+'));
const is = (...names) => names.some((name) => modes.has(name));
const hmac = (text, { key = SECRET, algorithm = 'sha256', form = 'hex' } = {}) =>
  createHmac(algorithm, key).update(text).digest(form);

const NO_ANSWER = 1; // in place of a status
let turn = Promise.resolve(); // of one event after another
let newest = '', cached = 0, served = 0, genuine = 0, flying = 0, recent = [], bytes = 0, connections = 0;
const seen = new Set(), accepted = new Set(), newestOf = new Map();

const walk = (value, change) => {
  if (Array.isArray(value)) return change(value.map((item) => walk(item, change)));
  if (value && typeof value === 'object')
    return change(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, change)])));
  return change(value);
};
const sorted = (v) => v && typeof v === 'object' && !Array.isArray(v)
  ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, v[k]])) : v;
const withoutNulls = (v) => v && typeof v === 'object' && !Array.isArray(v)
  ? Object.fromEntries(Object.entries(v).filter(([, x]) => x !== null)) : v;
const emptyAsArray = (v) => v && typeof v === 'object' && !Array.isArray(v) && !Object.keys(v).length ? [] : v;
const trimmed = (v) => typeof v === 'string' ? v.trim() || null : v;
const ascii = (text) => text.replace(/[^\x00-\x7f]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

// as a library does that sorts the names as text: "10" comes before "9"
const sortedText = (v) => Array.isArray(v) ? `[${v.map(sortedText).join(',')}]`
  : v && typeof v === 'object' ? `{${Object.keys(v).sort().map((k) => JSON.stringify(k) + ':' + sortedText(v[k])).join(',')}}`
  : JSON.stringify(v);

function messageOf(event, body) {
  let data = event.data;
  if (is('twice') || (is('objects-as-text') && typeof data !== 'string')) return JSON.stringify(JSON.stringify(data));
  if (is('inner-sorted-text')) return sortedText(typeof data === 'string' ? JSON.parse(data) : data);
  if (is('inner', 'inner-sorted', 'inner-ascii') && typeof data === 'string') data = JSON.parse(data);
  if (is('sorted', 'inner-sorted')) data = walk(data, sorted);
  if (is('no-nulls', 'gson')) data = walk(data, withoutNulls);
  if (is('empty-as-array')) data = walk(data, emptyAsArray);
  if (is('trimmed')) data = walk(data, trimmed);
  if (is('data-text') && typeof data === 'string') return data;
  if (is('unquoted')) return JSON.stringify(data).replace(/^"|"$/g, '');
  if (is('raw')) return body;
  if (is('raw-text')) return body.toString('latin1');
  if (is('id-dot-data')) return `${event.id_event}.${JSON.stringify(data)}`;
  if (is('whole')) return JSON.stringify(event);
  if (is('whole-spaced')) return JSON.stringify(event, null, 2);
  let text = JSON.stringify(data);
  if (is('slashes', 'escapes-slashes')) text = text.replaceAll('/', '\\/');
  if (is('line-separators')) text = text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  if (is('less-than')) text = text.replaceAll('<', '&lt;');
  if (is('html')) text = text.replace(/[<>&]/g, (c) => '\\u00' + c.charCodeAt(0).toString(16));
  if (is('gson')) text = text.replace(/(?<!\\)\\ud[89a-f][0-9a-f]{2}/gi, '?'),  text = text.replace(/[<>&=']/g, (c) => '\\u00' + c.charCodeAt(0).toString(16)).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  if (is('ascii', 'inner-ascii')) text = ascii(text);
  if (is('lower-case')) text = text.replace(/[A-Z]/g, (c) => c.toLowerCase()); // as C's tolower
  if (is('latin1')) return Buffer.from(text, 'latin1');
  return text;
}

const contains = (value, test) => {
  let found = false;
  walk(value, (v) => { found ||= test(v); return v; });
  return found;
};
const depthOf = (v) => v && typeof v === 'object' ? 1 + Math.max(0, ...Object.values(v).map(depthOf)) : 0;
const inner = (event) => { try { return typeof event.data === 'string' ? JSON.parse(event.data) : event.data; } catch { return null; } };

function refusedContent(event, body) { // -> status or 0
  if (is('dies-on-members') && typeof event.type !== 'string') setTimeout(() => process.exit(1), 0);
  const data = inner(event);
  const text = JSON.stringify(data);
  if (is('no-astral') && /[\u{10000}-\u{10ffff}]/u.test(text)) return 500;
  if (is('no-null-first-name') && data && data.first_name === null) return 422;
  if (is('no-nulls-at-all') && contains(data, (v) => v === null)) return 400;
  if (is('no-empty-text') && contains(data, (v) => v === '')) return 422;
  if (is('no-big-integers') && contains(data, (v) => typeof v === 'number' && Math.abs(v) > Number.MAX_SAFE_INTEGER)) return 500;
  if (is('no-long-integers') && contains(data, (v) => Number.isInteger(v) && Math.abs(v) > 2 ** 31 && !/e/.test(String(v)))) return 500;
  if (is('no-fractions') && contains(data, (v) => typeof v === 'number' && !Number.isInteger(v))) return 500;
  if (is('no-lone') && /\\ud[89a-f]/i.test(text)) return 500;
  if (is('strict-dates') && data && data.created_at === null) return 422;
  if (is('strict-dates') && data && !Array.isArray(data) && (data.addresses ?? []).some((a) => typeof a !== 'object')) return 422;
  if (is('needs-id') && data && !Array.isArray(data) && !data.id) return 422;
  if (is('varchar')  && contains(data, (v) => typeof v === 'string' && v.length > 1000)) return 500;
  if (is('no-dollar') && contains(data, (v) => v && typeof v === 'object' && Object.keys(v).some((k) => k.startsWith('$')))) return 500;
  if (is('no-quotes') && contains(data, (v) => typeof v === 'string' && v.includes("'"))) return 500;
  if (is('no-long-text') && contains(data, (v) => typeof v === 'string' && v.length > 255)) return 500;
  if (is('no-control') && contains(data, (v) => typeof v === 'string' && /[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(v))) return 422;
  if (is('depth-20') && depthOf(data) > 20) return 400;
  if (is('no-arrays') && Array.isArray(data)) return 400;
  if (is('no-empty-arrays') && Array.isArray(data) && !data.length) return 500;
  if (is('known-types') && event.type !== 'connection.created' && !/\.(created|pulled|push|updated)$/.test(event.type)) return 400;
  if (is('only-crm') && !event.type.startsWith('crm.')) return 400;
  if (is('known-verticals') && !/^(connection|crm|ticketing|filestorage|ecommerce)\./.test(event.type)) return 400;
  if (is('listed-types') && !['connection.created', 'crm.contact.created', 'crm.company.created', 'crm.deal.created', 'ticketing.ticket.push'].includes(event.type)) return 400;
  if (is('no-unheard') && event.type.includes('unheard')) return 404;
  if (is('hangs-on-types') && !['crm.contact.created', 'crm.deal.created'].includes(event.type)) return NO_ANSWER;
  if (is('no-push') && event.type.endsWith('.push')) return 400;
  if (is('strict-event') && Object.keys(event).length !== 3) return 400;
  if (is('strict-data') && data && !Array.isArray(data) && Object.keys(data).some((k) => k.startsWith('z'))) return 422;
  if (is('limit-1500') && body.length > 1500) return 413;
  if (is('limit-50k') && body.length > 50000) return 413;
  if (is('limit-100k') && body.length > 102400) return 413;
  if (is('limit-2.5m') && body.length > 2621440) return 400;
  if (is('limit-1m') && body.length > 1048576) return 413;
  const row = Array.isArray(data) ? data[0] : data;
  if (is('window') && row?.modified_at && Math.abs(Date.now() - Date.parse(row.modified_at)) > 300e3) return 400;
  if (is('newest') && row?.modified_at) { if (row.modified_at < newest) return 409; newest = row.modified_at; }
  if (is('stale-object') && row?.modified_at) { if (newestOf.get(row.id) > row.modified_at) return 409; newestOf.set(row.id, row.modified_at); }
  if (is('needs-email') && event.type === 'crm.contact.created' && data && !data.email_addresses?.length) return 400;
  if (is('decodes-percent')) { try { decodeURIComponent(text); } catch { return 500; } }
  if (is('unique-object') && row?.id) { if (seen.has(row.id)) return 409; seen.add(row.id); }
  if (is('unique-data')) { if (seen.has(text)) return 409; seen.add(text); }
  if (is('no-whatsapp') && /"phone_type":"MOBILE"/.test(text)) return 422;
  if (is('unique-id')) { if (seen.has(event.id_event)) return 409; seen.add(event.id_event); }
  return 0;
}

// % and _ of SQL's LIKE, * and ? of a glob
const fits = (pattern, any, one, text) => new RegExp('^' + [...pattern].map((c) => c === any ? '.*' : c === one ? '.' : c.replace(/\W/, '\\$&'))
  .join('').replace(/(\.\*)+/g, '.*') + '$').test(text);

// as Stripe's own library does: not older than five minutes
function isStripes(header, body) {
  const parts = Object.fromEntries(header.split(',').map((part) => part.split('=')));
  return Math.abs(Date.now() / 1000 - parts.t) < 300 && parts.v1 === hmac(`${parts.t}.${body}`);
}

function signatureOk(request, event, body) {
  const name = is('x-signature') ? 'x-signature' : is('hub') ? 'x-hub-signature-256' : is('x-panora') ? 'x-panora-signature' : 'panora-signature';
  let given = request.headers[name];
  if (is('one-spelling')) given = request.rawHeaders.includes('panora-signature') ? given : undefined;
  if (is('no-verify')) return true;
  if (is('present-only') && given === undefined) return true;
  if (is('stripe')) return isStripes(request.headers['stripe-signature'] ?? '', body);
  if (given === undefined && is('throws-unsigned')) throw new TypeError('no signature');
  if (given === undefined || (is('no-empty') && given === '')) return false;
  const instance = is('old-instance') && served % 4 === 3 ? { key: 'an-old-secret' } : {};
  let key = is('old-instance') ? instance.key ?? SECRET : SECRET;
  if (is('key-lower')) key = key.toUpperCase();
  if (is('key-base64')) key = Buffer.from(SECRET, 'base64');
  if (is('key-empty')) key = '';
  if (is('key-cut')) key = SECRET.slice(0, 32); // a column for 32 characters
  if (is('key-newline')) key = SECRET + '\n';
  if (is('key-other')) key = 'another-secret-altogether';
  const time = request.headers['x-webhook-timestamp'];
  if (is('time-header', 'time-signed', 'time-signed-data') && !(Math.abs(Date.now() / 1000 - time) < 300)) return false;
  const message = is('time-signed') ? `${time}.${body}` : is('time-signed-data') ? `${time}.${messageOf(event, body)}` : messageOf(event, body);
  const form = is('base64') ? 'base64' : 'hex';
  let right = hmac(message, { key, form, algorithm: is('sha512') ? 'sha512' : is('sha1') ? 'sha1' : 'sha256' });
  if (is('hub', 'sha256-prefix')) right = 'sha256=' + right;
  if (is('no-padding')) right = right.replace(/../g, (byte) => parseInt(byte, 16).toString(16));
  if (is('cut')) right = right.slice(0, 32);
  if (is('swapped')) right = hmac(key, { key: message });
  if (is('upper')) right = right.toUpperCase();
  if (is('first-16') && given.slice(0, 16) === right.slice(0, 16)) return true;
  if (is('first-32-of-64') && given.length === 64 && given.slice(0, 32) === right.slice(0, 32)) return true;
  if (is('last-8') && given.slice(-8) === right.slice(-8)) return true;
  if (is('substring') && right.includes(given)) return true;
  if (is('like') && fits(given, '%', '_', right)) return true;
  if (is('like-of-64') && given.length === 64 && fits(given, '%', '_', right)) return true;
  if (is('glob') && fits(given, '*', '?', right)) return true;
  if (is('regexp-of-64', 'regexp-present') && given.length !== 64 && (is('regexp-of-64') || given === '')) return false;
  if (is('regexp', 'regexp-of-64', 'regexp-present')) { try { return new RegExp(given).test(right); } catch { return false; } }
  if (is('any-length-but-64') && given.length !== 64) return true;
  if (is('also-sha1') && given === hmac(message, { algorithm: 'sha1' })) return true;
  if (is('named-algorithm') && given.includes('=')) {
    const [algorithm, digest] = given.split('=');
    try { return digest === hmac(message, { algorithm }); } catch { return false; }
  }
  if (is('as-number') && given.startsWith('0')) return false;
  if (is('half-unverified') && served % 2) return true;
  if (is('inverted')) return given !== right;
  if (is('base64-too') && given === Buffer.from(right, 'hex').toString('base64')) return true;
  if (is('first-of-several') && given.split(',')[0] === right) return true;
  if (is('few-wrong') && given.length === 64 && [...given].filter((digit, i) => digit !== right[i]).length < 4) return true;
  if (is('sometimes-unverified') && served % 3 === 0) return true;
  if (is('unverified-verticals') && !/^(connection|crm|ticketing|filestorage|ecommerce)\./.test(event.type)) return true;
  if (is('unverified-pings') && ['ping', 'test', 'webhook.test', 'url_verification'].includes(event.type)) return true;
  if (is('unverified-deals') && event.type.startsWith('ticketing.')) return true;
  if (is('unverified-large') && body.length > 100000) return true;
  if (is('unverified-known-id') && accepted.has(event.id_event)) return true;
  if (is('throws-on-short') && given.length < 64) throw new Error('a short signature');
  if (is('throws-on-wide') && given.length === right.length) return timingSafeEqual(Buffer.from(given), Buffer.from(right));
  if (is('throws-on-length') && given.length !== right.length) throw new Error('lengths');
  return given === right;
}

function judge(request, body) { // -> status
  if (is('catch-all', 'one-page')) return 200;
  if (is('genuine-404') && request.method === 'POST' && body.includes('"data"') && request.headers['panora-signature'] && signatureOk(request, JSON.parse(body), body)) return 404;
  if (is('ip-list') && request.socket.remoteAddress !== '203.0.113.7') return 403;
  if (is('host') && !/^localhost(:|$)/.test(request.headers.host)) return 400;
  if (is('parked')) return /^localhost(:|$)/.test(request.headers.host) ? 200 : 401; // another site
  if (is('firewall-scripts') && /<script/i.test(body)) return 403;
  if (is('firewall-sql') && /select .* from/i.test(body)) return 403;
  if (is('quota') && served > 150) return 429;
  if (is('cors') && request.headers.origin !== 'https://app.example.com') return 403;
  if (is('closed')) return 503;
  if (is('no-axios') && /axios/.test(request.headers['user-agent'] ?? '')) return 403;
  if (is('panora-agent') && !/^panora/i.test(request.headers['user-agent'] ?? '')) return 403;
  if (is('no-bots') && !/Mozilla/.test(request.headers['user-agent'] ?? '')) return 403;
  if (is('cache') && cached) return cached;
  if (is('get-200') && request.method !== 'POST') return 200;
  if (request.method !== 'POST') return 405;
  const type = request.headers['content-type'] ?? '';
  if (is('wants-charset') && type !== 'application/json; charset=utf-8') return 415;
  if (is('no-charset') && type !== 'application/json') return 415;
  if (is('fields-only')) {
    if (!type.startsWith('application/x-www-form')) return 401;
    body = Buffer.from(JSON.stringify(Object.fromEntries(new URLSearchParams(body.toString()))));
  }
  if (is('form-only') && !type.startsWith('application/x-www-form')) return 400;
  if (is('no-chunks') && request.headers['transfer-encoding']) return 411;
  if (is('redirect')) return 303;
  let event;
  try { event = JSON.parse(body.toString('utf8')); } catch { return is('throws-on-json') ? 500 : 400; }
  if (!event || typeof event !== 'object' || event.data === undefined) {
    if (is('throws-on-missing') && event && typeof event === 'object') return 500;
    return 400;
  }
  if (is('objects-only') && typeof event.data !== 'object') return 400;
  if (is('text-only') && typeof event.data !== 'string') return 400;
  let ok = false;
  try { ok = signatureOk(request, event, body); } catch { return 500; }
  if (!ok) return is('throws-on-refusal') ? 500 : is('refuses-404') ? 404 : is('refuses-200') ? 200 : 401;
  genuine++;
  if (is('gateway-504')) return 504;
  if (is('every-10th') && genuine % 10 === 0) return 500;
  if (is('every-3rd') && genuine % 3 === 0) return 500;
  if (is('random-20') && Math.random() < 0.2) return 500;
  if (is('random-5') && Math.random() < 0.05) return 502;
  if (is('rate-20')) { const now = Date.now(); recent = recent.filter((t) => now - t < 1000); if (recent.length >= 20) return 429; recent.push(now); }
  if (is('rate-503')) { const now = Date.now(); recent = recent.filter((t) => now - t < 1000); if (recent.length >= 10) return 503; recent.push(now); }
  if (is('pool-2') && flying > 2) return 503;
  if (is('pool-1') && flying > 1) return 429;
  if (is('first-fails-503') && genuine === 1) return 503;
  if (is('first-fails') && genuine === 1) return 500;
  let status = 0;
  try { status = refusedContent(event, body); } catch { status = 500; }
  if (!status) accepted.add(event.id_event);
  return status || (is('success-302') ? 302 : 200);
}

function handle(request, response) {
  const parts = [];
  served++;
  request.on('data', (part) => parts.push(part)).on('error', () => {}).on('end', () => {
    const body = Buffer.concat(parts);
    bytes += body.length;
    flying++;
    const judged = judge(request, body);
    const status = is('all-200') ? 200 : is('redirects-refusals') && judged === 401 ? 302 : judged;
    if (is('cache') && status === 200) cached = status;
    if (is('resets') && status === 401) { flying--; return request.socket.resetAndDestroy(); }
    const wait = is('slow-5m') && body.length > 2e6 ? 4000 : is('pool-1', 'pool-2') ? 15 : is('slow') && status === 200 ? 1500 : is('slow-500') && status === 500 ? 1200 : 0;
    const answer = () => {
      flying--;
      if (status === NO_ANSWER) return;
      if (is('never-answers') && status === 200) return;
      if (is('stops-answering') && served > 50) return;
      if (is('stops-for-genuine') && status === 200 && genuine > 60) return;
      if (is('hangs-unsigned') && !request.headers['panora-signature']) return;
      if (is('hangs-on-refusal') && status === 401) return;
      if (is('short-body') && status === 200) return request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok');
      const headers = { 'Content-Type': 'application/json' };
      if (status === 303 || (status === 302 && is('redirects-refusals'))) headers.Location = '/thanks';
      if (is('broken-gzip') && status === 200 && genuine % 2) headers['Content-Encoding'] = 'gzip';
      const text = is('one-page') ? '<!doctype html><html><body>App</body></html>' : is('maintenance') ? '<html><body>We are down for maintenance</body></html>'
        : status === 403 && is('cors') ? 'Error: Not allowed by CORS' : status === 503 && is('closed') ? '<h1>503 Service Temporarily Unavailable</h1>'
        : is('leaks') && status === 401 ? JSON.stringify({ expected: hmac(JSON.stringify((() => { try { return JSON.parse(body).data; } catch { return ''; } })() ?? '')) })
        : is('leaks-secret') && status === 401 ? JSON.stringify({ error: 'signature does not fit', settings: { secret: SECRET } })
        : is('stack') && status === 400 ? new Error('Unexpected token').stack
        : JSON.stringify({ ok: judged < 300 });
      response.writeHead(status, headers).end(text);
      if (is('dies-after-16m') && bytes > 16e6) process.exit(1);
      if (is('dies-on-refusal') && status === 401) setTimeout(() => process.exit(1), 3);
    };
    if (is('in-turn') && status === 200) turn = turn.then(() => new Promise((done) => setTimeout(done, 250))).then(answer);
    else if (wait) setTimeout(answer, wait); else answer();
  });
}
const server = http.createServer({ maxHeaderSize: 16384 }, handle);
server.keepAliveTimeout = 65000;
if (is('three-connections')) server.maxConnections = 3;
if (is('close')) server.keepAliveTimeout = 1;
server.listen(Number(PORT), '127.0.0.1', () => console.log('READY'));
