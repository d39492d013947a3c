// Runs every command and every format against an endpoint that repeats what it must not, in every
// encoding, and looks through everything that was written: nothing may hold the secret, the values of
// headers, or the credentials of URLs. The encodings are made by Node, not by our own code.
//
//   node leaks.mjs HOOKCHECK [SHAPE...]     exits 1 and names each place where something is found
import {execFile} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const [hookcheck, ...wanted] = process.argv.slice(2);

// Secrets of many shapes. "plain" is what most look like.
const shapes = {
  plain: 'whsec_Zm9vYmFyYmF6cXV4',
  slashes: 'whsec_ab/cd+ef==',
  percent: 'a%25b%2Fc-9f8e7d',
  entities: 'k&amp;"quoted"<7>&#39;',
  backslashes: 'p\\u0041\\nq\\\\r7654',
  hex: '9f86d081884c7d659a2feaa0c55ad015',
  base64: 'c2VjcmV0LXdpdGgtMTIzNDU2Nzg=',
  blanks: 'two words and 3 more',
  unicode: 'gehäim-Schlüssel-🔑-42',
  sharp: 'große-Straße-7-ẩn',
  colon: 'user-name:pass-word-77',
  short: 'x7Yq-2',
  word: 'qzxstaging',
  number: '9021077441',
  uuid: '3f2b8c1e-6d4a-4f0b-9c7e-1a2b3c4d5e6f',
  long: 'L0ng/' + 'abcDEF123+'.repeat(30),
};

const percent = (text) => [...Buffer.from(text)].map((b) => '%' + b.toString(16).padStart(2, '0')).join('');
const units = (text) => [...Array(text.length).keys()].map((i) => '\\u' + text.charCodeAt(i).toString(16).padStart(4, '0')).join('');
const entities = (text) => [...text].map((c) => `&#x${c.codePointAt(0).toString(16)};`).join('');
const decimal = (text) => [...text].map((c) => `&#${c.codePointAt(0)};`).join('');
const html = (text) => text.replace(/[&<>"']/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'})[c]);
const base64 = (text, before) => Buffer.concat([Buffer.alloc(before, 'u'), Buffer.from(text), Buffer.from(';tail')]).toString('base64');
const fold = (text) => text.slice(0, text.length >> 1) + '\r\n ' + text.slice(text.length >> 1);

/** Every way in which an answer repeats a value: [name, bytes]. */
function encodings(text) {
  const json = JSON.stringify(text).slice(1, -1);
  return Object.entries({
    plain: text,
    json,
    'json-slashes': json.replaceAll('/', '\\/'),
    'json-units': units(text),
    'json-twice': JSON.stringify(JSON.stringify(text)),
    'json-units-twice': JSON.stringify(units(text)),
    hex: Buffer.from(text).toString('hex'),
    HEX: Buffer.from(text).toString('hex').toUpperCase(),
    'hex-spaced': Buffer.from(text).toString('hex').match(/../g).join(' '),
    'hex-colons': Buffer.from(text).toString('hex').match(/../g).join(':'),
    buffer: JSON.stringify(Buffer.from(text)),
    'base64-0': base64(text, 0), 'base64-1': base64(text, 1), 'base64-2': base64(text, 2),
    'base64-bare': Buffer.from(text).toString('base64'),
    'base64-mime': Buffer.from(text.repeat(2)).toString('base64').match(/.{1,20}/g).join('\r\n'),
    'base64-json': JSON.stringify(base64(text, 1)).replaceAll('/', '\\/'),
    base64url: Buffer.from('user:' + text).toString('base64url'),
    'base64-percent': encodeURIComponent(base64(text, 2)),
    percent: percent(text), PERCENT: percent(text).toUpperCase().replaceAll('%', '%'),
    'percent-some': encodeURIComponent(text), 'percent-twice': encodeURIComponent(encodeURIComponent(text)),
    form: new URLSearchParams({k: text}).toString().slice(2),
    html: html(text), entities: entities(text), decimal: decimal(text),
    'html-in-json': JSON.stringify(html(text)), 'json-in-html': html(JSON.stringify(text)),
    folded: fold(text), lower: text.toLowerCase(), UPPER: text.toUpperCase(),
  }).map(([name, value]) => [name, Buffer.from(value)]).concat([
    ['utf16le', Buffer.from(text, 'utf16le')],
    ['utf16be', Buffer.from(text, 'utf16le').swap16()],
  ]);
}

const token = (text) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);

/** A raw answer that holds all of them, in header names, values, across two headers, and in the body. */
function answer(values, turn) {
  const head = [];
  const bodies = [];
  for (const value of values) {
    for (const [name, bytes] of encodings(value)) {
      bodies.push(Buffer.from(`\n[${name}] `), bytes);
      const line = bytes.toString('latin1');
      if (!/[\r\n\0]/.test(line) && line.length < 3000) head.push(`X-Echo: <${line}>`);
    }
    if (token(value)) head.push(`${value}: in-the-name`, `X-${value}-Y: z`);
    if (value.includes(':') && token(value.split(':')[0])) head.push(value);
    const half = value.length >> 1;
    const latin1 = Buffer.from(value).toString('latin1');
    head.push(`X-A: ${latin1.slice(0, half)}`, `X-B: ${latin1.slice(half)}`);
  }
  const status = ['200 OK', '401 Unauthorized', '302 Found', '500 Oops'][turn % 4];
  if (turn % 4 === 2) head.push('Location: /next?k=' + encodeURIComponent(values[0]));
  if (turn % 4 === 1) head.push('WWW-Authenticate: Basic realm="' + encodeURIComponent(values[0]) + '"');
  const body = Buffer.concat(bodies);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} ${encodeURIComponent(values[0])}\r\nContent-Length: ${body.length}\r\n` +
                head.join('\r\n') + '\r\n\r\n', 'latin1'), body]);
}

function serve(values) {
  let turn = 0;
  return new Promise((resolve) => {
    const server = http.createServer((request, response) => {
      request.on('data', () => {});
      request.on('end', () => response.socket?.write(answer(values, turn++)));
    });
    server.on('clientError', (error, socket) => socket.destroy());
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function execute(argv, env, input) {
  return new Promise((resolve) => {
    const child = execFile(hookcheck, argv, {env: {...process.env, ...env}, encoding: 'buffer', maxBuffer: 1 << 28,
                                             timeout: 120000},
                           (error, out, err) => resolve({code: error ? error.code : 0, out, err}));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

/** Where `text` stands in what was written, in any encoding; a short one is looked for as it is. */
function find(written, value) {
  const found = [];
  for (const [name, bytes] of encodings(value)) {
    if (['lower', 'UPPER'].includes(name) && value.length < 8) continue;
    let at = written.indexOf(bytes);
    // base64 beside other text: only the digits that the value alone decides
    if (at < 0 && name.startsWith('base64-') && /[012]$/.test(name)) {
      const before = Number(name.at(-1));
      const digits = base64(value, before).slice(before ? 4 : 0, Math.floor((before + Buffer.byteLength(value)) / 3) * 4);
      if (digits.length >= 8) at = written.indexOf(digits);
    }
    if (at >= 0) found.push(`${name} at ${at}: ${JSON.stringify(written.subarray(Math.max(0, at - 30), at + bytes.length + 10).toString('latin1').slice(0, 200))}`);
  }
  if (value.length >= 20 && written.includes(value.slice(0, 14))) found.push(`its beginning at ${written.indexOf(value.slice(0, 14))}`);
  return found;
}

let problems = 0;
let looked = 0;
async function check(shape, secret) {
  const folder = mkdtempSync(join(tmpdir(), 'hookcheck-leaks-'));
  const header = 'Bearer h3ader-Value/0123456789';
  const hidden = {secret, header, bearer: header.slice(7), password: 'Pa55-word/77', proxy: 'pr0xy-Pass!9', token: 'tok-En_5544332211'};
  const values = Object.values(hidden);
  const server = await serve(values);
  const port = server.address().port;
  const url = `http://someone:${encodeURIComponent(hidden.password)}@127.0.0.1:${port}/hook?token=${hidden.token}&x=1`;
  const env = {HOOKCHECK_SECRET: secret, NO_PROXY: '*', no_proxy: '*'};
  const body = join(folder, 'body.json');
  const own = new Set(['body.json', 'request.http']);
  writeFileSync(body, '{"id_event":"1","data":"{}","type":"crm.contact.created"}');
  const reports = ['json', 'junit', 'tap', 'text', 'html', 'sarif', 'har', 'markdown', 'github', 'badge'];
  const runs = [];
  const common = ['--header', `Authorization: ${header}`, '--proxy', `http://proxy:${encodeURIComponent(hidden.proxy)}@127.0.0.1:${port}`];
  for (const format of reports) {
    runs.push(['run', url, '--quick', '--suite', 'panora/signature', '--max-time', '8s', '--report', `${format}=${join(folder, 'report.' + format)}`, '-v', '-v', ...common]);
  }
  runs.push(['run', url, '--quick', '--suite', 'panora/signature', '--max-time', '8s', '--failures', join(folder, 'failures'), '--report', 'json=-', ...common.slice(0, 2)]);
  runs.push(['run', url, '--dry-run', ...common], ['send', url, ...common], ['send', url, '--format', 'json', ...common],
            ['send', url, '--count', '6', ...common.slice(0, 2)], ['send', url, '--wrong', 'secret-itself'], ['send', url + '&', 'no.such.type'],
            ['run', url.replace('http:', 'ftp:')], ['send', url, '--proxy', `socks9://u:${hidden.proxy}@x`], ['run', url, '--header', `Host: ${header}`],
            ['run', url, '--suite', 'none-such'], ['run', url, 'two'], ['run', url, '--only', 'no/such*']);
  const formats = (await execute(['list', 'formats'], env)).out.toString().split('\n').map((line) => line.trim().split(/\s+/)[0]).filter((word) => /^[a-z-]+$/.test(word));
  for (const format of formats) {
    runs.push(['sign', '--wrong', 'secret-itself', '--format', format, '--url', url]);
    runs.push(['sign', '--format', format, '--url', url]);
  }
  for (const [name, bytes] of encodings(secret))
    if (!bytes.includes(0)) runs.push(['verify', '--body', body, '--signature', bytes.toString()]);
  writeFileSync(join(folder, 'request.http'), Buffer.concat([Buffer.from(`POST /hook?k=${encodeURIComponent(secret)} HTTP/1.1\r\nPanora-Signature: `), Buffer.from(secret), Buffer.from(`\r\nX-${'k'}: ${base64(secret, 1)}\r\nContent-Length: 2\r\n\r\n{}`)]));
  runs.push(['verify', '--request', join(folder, 'request.http')], ['list', 'cases'], ['explain', 'secret-itself'], ['fixtures', '--out', join(folder, 'fixtures'), '--secret-env', 'HOOKCHECK_SECRET']);
  for (const argv of runs) {
    const end = await execute(argv, env);
    const places = [['standard output', end.out], ['standard error', end.err]];
    const what = argv.map((word) => (word.length > 60 ? word.slice(0, 57) + '...' : word)).join(' ');
    for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile() && !own.has(entry.name)) places.push([entry.name, readFileSync(path)]);
    }
    for (const entry of readdirSync(folder))
      if (!own.has(entry)) rmSync(join(folder, entry), {recursive: true});
    for (const [place, written] of places) {
      looked += written.length;
      for (const [name, value] of Object.entries(hidden)) {
        // what the command was not told it cannot know
        if (name !== 'secret' && !argv.some((word) => word.includes(value) || word.includes(encodeURIComponent(value)))) continue;
        for (const where of find(written, value)) {
          problems++;
          console.log(`${shape}: the ${name} in ${place} of ${what}\n    ${where}`);
        }
      }
    }
    if (end.code === null || end.code > 6) {
      problems++;
      console.log(`${shape}: ${what} ended with ${end.code}\n${end.err.toString().slice(-500)}`);
    }
  }
  server.close();
  server.closeAllConnections?.();
  rmSync(folder, {recursive: true, force: true});
}

for (const [shape, secret] of Object.entries(shapes))
  if (!wanted.length || wanted.includes(shape)) await check(shape, secret);
console.log(`${problems} problems; ${looked} bytes looked through`);
process.exit(problems ? 1 : 0);
