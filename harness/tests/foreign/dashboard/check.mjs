/* The dashboard in a real browser, from the first look to the last: register, trigger, watch, break
 * the endpoint, see why, mend it, send again, delete. argv: the hookcheck program, a browser, a
 * folder for screenshots. Prints "ok" at the end; the first thing that is wrong ends it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startEndpoint } from './endpoint.mjs';

const [program, chrome, shots] = process.argv.slice(2);
const KEY = 'key-of-the-browser-test';
const PATIENCE_MS = 30000;
const folder = mkdtempSync(join(tmpdir(), 'hookcheck-dashboard-'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function startPanora(listen) {
  const child = spawn(program, ['panora', '--listen', listen, '--store', join(folder, 'p.db')],
    { env: { ...process.env, PANORA_API_KEY: KEY }, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, failed) => {
    let text = '';
    child.on('exit', () => failed(new Error('hookcheck panora ended')));
    child.stdout.on('data', (piece) => {
      text += piece;
      const found = /dashboard: (http:\S+)/.exec(text);
      if (found) done({ child, url: found[1] });
    });
  });
}

async function api(panora, method, path, body) {
  const answer = await fetch(new URL(path, panora.url), { method, body: body && JSON.stringify(body),
    headers: { 'x-api-key': KEY, 'Content-Type': 'application/json' } });
  return answer.json();
}

const problems = [];
async function open(browser, url, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (problem) => problems.push(problem.message));
  page.on('console', (message) => { if (/Content Security Policy/i.test(message.text())) problems.push(message.text()); });
  await page.goto(url);
  return page;
}

async function enter(page) {
  await page.fill('#key', KEY);
  await page.press('#key', 'Enter');
  await page.waitForSelector('#live:text-is("live")');
}

/* Playwright's own evaluation is not bound by the page's policy. */
async function check(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setBypassCSP', { enabled: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
  assert.deepEqual(violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`), [], name);
}

const newest = (page) => page.locator('#deliveries tr').first();
async function expectNewest(page, state, answer) {
  await page.waitForFunction(([wanted, status]) => {
    const row = document.querySelector('#deliveries tr');
    return row && row.cells[3].textContent === wanted && (!status || row.cells[4].textContent === status);
  }, [state, answer]);
}

async function openNewest(page) {
  await newest(page).locator('button').click();
  await page.waitForSelector('#detail[open]');
}

/* By keyboard alone: the dialog opens, its fields are reached with Tab, Enter registers. */
async function register(page, url) {
  await page.focus('#add');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#add-dialog[open]');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'url');
  await page.keyboard.type('not a url');
  await page.keyboard.press('Tab');
  await page.waitForSelector('#url-said.problem');
  await page.fill('#url', url);
  await page.keyboard.press('Tab');
  await page.waitForSelector('#url-said:not(.problem):has-text("this machine")');
  const deal = page.locator('#picker label', { hasText: 'crm.deal.created' });
  assert.match(await deal.textContent(), /arrives as crm\.deal\.push, one object/);
  await deal.locator('input').focus();
  await page.keyboard.press('Space');
  await check(page, 'add');
  await page.focus('#url');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`#endpoints .url:text-is("${url}")`);
}

async function copySecret(page) {
  await page.click('#endpoints button:text-is("Copy secret")');
  await page.waitForSelector('#endpoints [role=status]:has-text("clipboard")');
  assert.ok(!(await page.content()).includes(await page.evaluate(() => navigator.clipboard.readText())), 'the secret is not on the page');
  return page.evaluate(() => navigator.clipboard.readText());
}

async function triggerAndCompare(page, endpoint) {
  await page.selectOption('#type', 'crm.deal.created');
  await page.waitForFunction(() => document.querySelector('#data').value.includes('"stage_id"'));
  await page.fill('#data', '{"2": 1, "note": "Zoë <b>&amp;", "1": 1e21}');
  await page.click('#preview');
  await page.waitForSelector('#preview-box:not([hidden])');
  const shown = (await page.textContent('#preview-request')).split('\r\n\r\n')[1] ?? (await page.textContent('#preview-request')).split('\n\n')[1];
  const signature = /signature ([0-9a-f]{64})/.exec(await page.textContent('#preview-said'))[1];
  const data = JSON.parse(shown).data;
  assert.equal(data, JSON.stringify({ 2: 1, note: 'Zoë <b>&amp;', 1: 1e21 }));
  assert.equal(signature, createHmac('sha256', endpoint.state.secret).update(JSON.stringify(data)).digest('hex'));
  await page.click('#trigger-form button[type=submit]');
  await expectNewest(page, 'delivered', '204');
  assert.equal(endpoint.state.bodies.at(-1), shown, 'what was previewed is what came');
}

async function breakAndMend(page, endpoint) {
  const right = endpoint.state.secret;
  endpoint.state.secret = 'another';
  await page.click('#trigger-form button[type=submit]');
  await expectNewest(page, 'failed', '401');
  await openNewest(page);
  assert.match(await page.textContent('#detail-body'), /answered 401 .*What Panora records.*the row stays "processed"/s);
  await check(page, 'failed');
  endpoint.state.secret = right;
  await page.click('#again');
  await page.waitForSelector('#again-said:has-text("on its way")');
  await page.keyboard.press('Escape');
  await expectNewest(page, 'delivered', '204');
}

async function forge(page) {
  await openNewest(page);
  await page.selectOption('#forgery', 'sign-body');
  await page.click('#forge');
  await page.waitForSelector('#again-said:has-text("on its way")');
  await page.click('#detail-close');
  await expectNewest(page, 'failed', '401');
  await openNewest(page);
  assert.match(await page.textContent('#detail-body'), /not valid: .*signs-raw-body/s);
  await page.click('#detail-close');
}

async function hostileAnswer(page, endpoint) {
  endpoint.state.answer = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
  await page.click('#trigger-form button[type=submit]');
  await expectNewest(page, 'delivered', '200');
  await openNewest(page);
  assert.ok((await page.textContent('#detail-body')).includes('<script>window.pwned=1</script>'));
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  await page.click('#detail-close');
  endpoint.state.answer = undefined;
}

/* Two thousand events at once: the page goes on drawing and answering. */
async function flood(page, panora) {
  await page.evaluate(() => { window.longest = 0; let last = performance.now(); (function look() { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(look); })(); });
  const done = api(panora, 'POST', '/hookcheck/trigger', { type: 'crm.deal.created', count: 2000 });
  await page.click('#pause');
  await page.click('#pause');
  await done;
  let state;
  do state = await api(panora, 'GET', '/hookcheck/state'); while (state.queued || state.running);
  await page.waitForFunction((number) => Number(document.querySelector('#deliveries tr').dataset.id) === number, state.deliveries);
  assert.ok(await page.locator('#deliveries tr').count() <= 200);
  const longest = await page.evaluate(() => window.longest);
  assert.ok(longest < 2000, `the page stood still for ${longest} ms`);
}

async function older(page) {
  const before = await page.locator('#deliveries tr').count();
  await page.click('#older');
  await page.waitForFunction((count) => document.querySelectorAll('#deliveries tr').length > count, before);
}

async function restart(page, panora) {
  panora.child.removeAllListeners('exit');
  panora.child.kill('SIGKILL');
  await page.waitForSelector('#live:has-text("not connected")');
  const again = await startPanora(new URL(panora.url).host);
  await page.waitForSelector('#live:text-is("live")');
  await page.waitForSelector('#deliveries tr');
  return again;
}

async function runSuites(page) {
  await page.click('#endpoints button:text-is("Run suites")');
  await page.waitForSelector('#endpoints [role=status]:has-text("The endpoint:")', { timeout: 150000 });
  assert.match(await page.textContent('#endpoints [role=status]'), /hookcheck/);
  const [report] = await Promise.all([page.context().waitForEvent('page'), page.click('#endpoints a:text-is("Open the report")')]);
  await report.waitForSelector('h1');
  assert.match(await report.textContent('body'), /panora\/signature/);
  await report.screenshot({ path: join(shots, 'report.png') });
  await report.close();
}

async function offAndDelete(page) {
  await page.click('#endpoints button:text-is("Turn off")');
  await page.waitForSelector('#endpoints .scope:has-text("off:")');
  await page.click('#trigger-form button[type=submit]');
  await page.waitForSelector('#trigger-said:has-text("is off")');
  await page.click('#endpoints button:text-is("Delete")');
  await check(page, 'delete');
  await page.click('#delete-yes');
  await page.waitForSelector('#no-endpoints:not([hidden])');
}

const endpoint = await startEndpoint();
let panora = await startPanora('127.0.0.1:0');
const browser = await chromium.launch({ executablePath: chrome, args: ['--no-sandbox'] });
try {
  const page = await open(browser, panora.url);
  await page.fill('#key', 'wrong');
  await page.press('#key', 'Enter');
  await page.waitForSelector('#key-problem:has-text("missing or wrong")');
  await check(page, 'key');
  await enter(page);
  await register(page, endpoint.url);
  endpoint.state.secret = await copySecret(page);
  await triggerAndCompare(page, endpoint);
  await breakAndMend(page, endpoint);
  await forge(page);
  await hostileAnswer(page, endpoint);
  await flood(page, panora);
  await older(page);
  panora = await restart(page, panora);
  await check(page, 'light');
  const long = await api(panora, 'POST', '/webhooks', { url: `http://127.0.0.1:1/${'u'.repeat(300)}`, description: 'd'.repeat(3000), scope: ['s'.repeat(3000)] });
  for (const [name, options] of [['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 360, height: 740 } }]]) {
    const other = await open(browser, panora.url, options);
    await enter(other);
    await other.waitForSelector('#deliveries tr');
    await check(other, name);
    await openNewest(other);
    await check(other, `${name}-delivery`);
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: ${wide} pixels too wide`);
    await other.context().close();
  }
  await api(panora, 'DELETE', `/webhooks/${long.id_webhook_endpoint}`);
  await page.reload();
  await page.waitForSelector('#live:text-is("live")');
  if (process.env.HOOKCHECK_SKIP_RUN !== '1') await runSuites(page);
  await offAndDelete(page);
  assert.deepEqual(problems, []);
  console.log('ok');
} finally {
  await browser.close();
  panora.child.removeAllListeners('exit');
  panora.child.kill();
  endpoint.server.close();
  endpoint.server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
