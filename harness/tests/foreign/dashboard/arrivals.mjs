/* What arrives at a receiver, in a real browser: passed on byte for byte, valid or why not, with the
 * application's answer; and the receiver's own answers, which outlive its faults. argv: the
 * hookcheck program, a browser, a folder for screenshots. Prints "ok" at the end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [program, chrome, shots] = process.argv.slice(2);
const SECRET = 'whsec_of_the_browser_test';
const HOSTILE = '<img src=x onerror="window.hostile=1"><script>window.hostile=2</script>';
const env = { ...process.env, HOOKCHECK_SECRET: SECRET, PANORA_API_KEY: 'key-of-the-browser-test' };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/* --- an application that verifies, and keeps what it gets --- */

const got = [];
const application = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece)).on('end', () => {
    const body = Buffer.concat(pieces);
    got.push({ url: request.url, headers: request.rawHeaders, body });
    let right = false;
    try {
      const signed = JSON.stringify(JSON.parse(body).data);
      right = createHmac('sha256', SECRET).update(signed).digest('hex') === request.headers['panora-signature'];
    } catch { /* not right */ }
    response.writeHead(right ? 202 : 401, { 'X-Application': 'mine' });
    response.end(right ? 'taken' : HOSTILE);
  });
});
await new Promise((done) => application.listen(0, '127.0.0.1', done));

/* --- the receiver --- */

function receive(...options) {
  const child = spawn(program, ['receive', '--ui', '--quiet', ...options], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill());
  return new Promise((done, failed) => {
    let text = '';
    child.on('exit', () => failed(new Error('hookcheck receive ended')));
    child.stdout.on('data', (piece) => {
      text += piece;
      const found = /listening on (http:\S+)\ndashboard: (http:\S+)\n/.exec(text);
      if (found) done({ child, url: found[1], page: found[2] });
    });
  });
}

const send = (url, ...options) => new Promise((done) => {
  spawn(program, ['send', url, 'crm.contact.created', ...options], { env, stdio: 'ignore' }).on('exit', done);
});

/* Bytes of our own, and the status. */
function raw(url, text) {
  return new Promise((done) => {
    const { hostname, port } = new URL(url);
    let answer = '';
    const socket = net.connect(Number(port), hostname, () => socket.end(text));
    socket.on('data', (piece) => { answer += piece; }).on('close', () => done(answer.split(' ')[1])).on('error', () => {});
  });
}

/* --- the page --- */

const problems = [];
const browser = await chromium.launch({ executablePath: chrome, args: ['--no-sandbox'] });

async function open(url, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30000);
  page.on('pageerror', (problem) => problems.push(problem.message));
  page.on('console', (message) => { if (/Content Security Policy/i.test(message.text())) problems.push(message.text()); });
  await page.goto(url);
  await page.fill('#key', env.PANORA_API_KEY);
  await page.press('#key', 'Enter');
  await page.waitForSelector('#live:text-is("live")');
  return page;
}

async function check(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setBypassCSP', { enabled: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
  assert.deepEqual(violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`), [], name);
}

async function row(page, number) {
  await page.waitForSelector(`#deliveries tr[data-id="${number}"]`);
  return page.locator(`#deliveries tr[data-id="${number}"] td`).allTextContents();
}

async function detail(page, number) {
  await page.click(`#deliveries tr[data-id="${number}"] button`);
  await page.waitForSelector('#detail[open]');
  const text = await page.textContent('#detail-body');
  return text;
}

/* --- passed on --- */

const forwarding = await receive('--forward', `http://127.0.0.1:${application.address().port}/`);
let page = await open(forwarding.page);
assert.ok(await page.isHidden('#trigger-form') && await page.isHidden('#add'), 'there is nothing to send');
await send(`${forwarding.url}/hook?a=1&b`);
assert.deepEqual((await row(page, 1)).slice(1, 2).concat((await row(page, 1)).slice(3, 5)), ['crm.contact.created', 'valid', '202']);
await send(`${forwarding.url}/hook`, '--wrong', 'sign-body');
assert.deepEqual((await row(page, 2)).slice(3, 5), ['invalid', '401']);
const odd = `{"id_event":"x", "data":${JSON.stringify(HOSTILE)},"type":${JSON.stringify(HOSTILE)}}  `;
assert.equal(await raw(forwarding.url, `POST /odd%20path HTTP/1.1\r\nhost: a.test\r\nX-ODD:   two  blanks\r\nX-Odd: again\r\nContent-Length: ${Buffer.byteLength(odd)}\r\nConnection: close\r\n\r\n${odd}`), '401');
assert.deepEqual((await row(page, 3)).slice(1, 2), [HOSTILE]);

assert.equal(got[0].url, '/hook?a=1&b');
assert.equal(got[2].url, '/odd%20path');
assert.deepEqual(got[2].headers.slice(0, 6), ['host', 'a.test', 'X-ODD', 'two  blanks', 'X-Odd', 'again']);
assert.equal(got[2].body.toString(), odd);
const text = await detail(page, 2);
assert.match(text, /not valid: /);
assert.match(text, /explained by signs-raw-body/);
assert.ok(text.includes(`X-Application: mine`) && text.includes(HOSTILE), 'the application’s answer is shown as text');
assert.ok(text.includes(got[1].body.toString()), 'the request is shown in full');
await check(page, 'arrivals-detail');
await page.click('#detail-close');
await check(page, 'arrivals');
assert.equal(await page.evaluate(() => globalThis.hostile), undefined, 'what arrived has run');
await page.context().close();
page = await open(forwarding.page, { viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
await row(page, 3);
assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
await check(page, 'arrivals-phone');
await page.context().close();

/* --- an application that is gone --- */

application.close();
application.closeAllConnections();
page = await open(forwarding.page);
await send(`${forwarding.url}/hook`);
assert.deepEqual((await row(page, 4)).slice(3, 5), ['valid', '502']);
assert.match(await detail(page, 4), /the application did not respond: connection refused/);
await page.context().close();
forwarding.child.removeAllListeners('exit');
forwarding.child.kill('SIGTERM');

/* --- the receiver's own answers, though it dies of a forgery --- */

const dying = await receive('--fault', 'B02');
page = await open(dying.page);
await send(`${dying.url}/hook`);
assert.deepEqual((await row(page, 1)).slice(3, 5), ['valid', '204']);
await raw(dying.url, 'POST /hook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nPanora-Signature: abc\r\nContent-Length: 2\r\n\r\n{}');
await page.waitForTimeout(300);
await send(`${dying.url}/hook`);
await page.waitForFunction(() => document.querySelectorAll('#deliveries .valid').length === 2);
assert.equal(await page.locator('#deliveries .invalid').count(), 1, 'what it died of is shown, too');
dying.child.removeAllListeners('exit');
dying.child.kill('SIGTERM');
await new Promise((done) => dying.child.on('exit', done));
await assert.rejects(fetch(dying.page), 'the page ends with the receiver');

await browser.close();
assert.deepEqual(problems, []);
console.log('ok');
