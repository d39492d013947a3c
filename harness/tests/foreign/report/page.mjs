// Opens report pages in Chromium: no errors, no axe violations, filters that filter, nothing hostile that runs.
//   node page.mjs CHROMIUM [--screenshot FILE] FAULTY.html HOSTILE.html
import { createRequire } from 'node:module';
import { readFileSync, statSync } from 'node:fs';

const require = createRequire(`${process.env.MODULES}/x.js`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const given = process.argv.slice(2);
const browserPath = given.shift();
const shot = given[0] === '--screenshot' ? (given.shift(), given.shift()) : null;
const [faulty, hostile] = given;
const problems = [];
const expect = (holds, what) => { if (!holds) problems.push(what); };

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });

async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: false, ...options });
  const page = await context.newPage();
  page.on('console', (message) => { if (message.type() === 'error') problems.push(`${file}: console: ${message.text()}`); });
  page.on('pageerror', (error) => problems.push(`${file}: ${error.message}`));
  page.on('request', (request) => expect(/^(file|data):/.test(request.url()), `${file}: asks the network for ${request.url()}`));
  await page.goto(`file://${file}`);
  return page;
}

async function checkAxe(file, colorScheme, width) {
  const page = await open(file, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
  // All cases are alike: of each verdict one, opened, is enough; with hundreds of them axe takes minutes.
  await page.evaluate(() => {
    const seen = new Set();
    for (const one of document.querySelectorAll('details.case')) {
      if (seen.has(one.dataset.verdict)) one.remove();
      else one.open = true;
      seen.add(one.dataset.verdict);
    }
    document.querySelectorAll('a.tile').forEach((one) => { if (!document.querySelector(one.hash)) one.remove(); });
    document.querySelectorAll('section.suite').forEach((one) => { if (!one.querySelector('details.case')) one.remove(); });
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  for (const one of violations) {
    problems.push(`${file}, ${colorScheme}, ${width}: axe ${one.id}: ${one.help}: ${one.nodes[0].html.slice(0, 160)}`);
  }
  const wide = await page.evaluate(() => {
    const one = document.querySelector('main p, main div');
    one.append('%'.repeat(500)); // as an endpoint or a forgery writes it: nowhere to break
    return document.documentElement.scrollWidth - innerWidth;
  });
  expect(wide <= 0, `${file}, ${width}: the page is ${wide} px wider than the window`);
  await page.context().close();
}

async function checkFilters(file) {
  const page = await open(file);
  const count = () => page.locator('details.case:visible').count();
  const all = await count();
  expect(all > 50, `${file}: only ${all} cases are listed`);
  await page.click('button[data-verdict="fail"]');
  const failed = await page.locator('details.case.fail').count();
  expect(failed > 0 && (await count()) === failed, `${file}: the filter "fail" shows ${await count()} of ${failed}`);
  await page.click('#reset');
  await page.keyboard.press('Escape');
  await page.locator('body').press('/');
  expect(await page.evaluate(() => document.activeElement.id) === 'search', `${file}: / does not go to the search`);
  await page.keyboard.type('refuses-truncated');
  const found = await count();
  expect(found > 0 && found < all / 4, `${file}: the search finds ${found} of ${all}`);
  await page.click('#reset');
  await page.selectOption('#suite', 'panora/signature');
  const suite = await page.locator('details.case[data-suite="panora/signature"]').count();
  expect((await count()) === suite, `${file}: the filter by suite shows ${await count()} of ${suite}`);
  await page.selectOption('#level', 'must');
  expect((await count()) < suite, `${file}: the filter by level changes nothing`);
  // a tile opens its case, also one that is filtered away; by keyboard
  await page.click('#reset');
  await page.locator('a.tile.fail').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('details.case[open]'));
  expect(await page.locator('details.case[open] dl').first().isVisible(), `${file}: a tile does not open its case`);
  await page.context().close();
}

async function checkWithoutScript(file) {
  const page = await open(file, { javaScriptEnabled: false });
  expect(!(await page.locator('.tools').isVisible()), `${file}: filters are shown where they cannot work`);
  expect(await page.locator('article.card').first().isVisible(), `${file}: no cause without JavaScript`);
  await page.locator('details.case summary').first().click();
  expect(await page.locator('details.case dl').first().isVisible(), `${file}: a case does not open without JavaScript`);
  await page.context().close();
}

async function checkHostile(file) {
  const page = await open(file);
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
  await page.waitForTimeout(200);
  expect((await page.evaluate(() => globalThis.hostile)) === undefined, `${file}: a script of the endpoint ran`);
  const counts = await page.evaluate(() => ({
    scripts: document.scripts.length, images: document.images.length,
    foreign: document.querySelectorAll('main a:not([href^="#"]), [onload], [onerror]').length,
    mains: document.querySelectorAll('main').length, footers: document.querySelectorAll('body > footer').length,
    shown: document.querySelectorAll('pre').length && document.body.textContent.includes('window.hostile=1'),
  }));
  expect(counts.scripts === 1 && counts.images === 0 && counts.foreign === 0, `${file}: foreign markup: ${JSON.stringify(counts)}`);
  expect(counts.mains === 1 && counts.footers === 1, `${file}: the markup is broken: ${JSON.stringify(counts)}`);
  expect(counts.shown, `${file}: what the endpoint sent is not shown as text`);
  await page.context().close();
}

async function checkPrint(file) {
  const page = await open(file, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  expect(!(await page.locator('.tools').isVisible()), `${file}: filters are printed`);
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  expect(ink === 'rgb(27, 31, 36)', `${file}: printed in ${ink}, the ink of the dark page`);
  const failed = page.locator('details.case.fail > div');
  if (await failed.count()) {
    expect(await failed.first().isVisible(), `${file}: what failed is not printed in full`);
  }
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.length > 10000, `${file}: nothing is printed`);
  await page.context().close();
}

for (const file of [faulty, hostile]) {
  expect(statSync(file).size <= 1024 * 1024, `${file}: ${statSync(file).size} bytes`);
  for (const scheme of ['light', 'dark']) await checkAxe(file, scheme, 1280);
  await checkAxe(file, 'light', 390);
}
await checkFilters(faulty);
await checkWithoutScript(faulty);
await checkHostile(hostile);
await checkPrint(faulty);
if (shot) {
  const page = await open(faulty, { viewport: { width: 1120, height: 1400 } });
  await page.screenshot({ path: shot });
}
await browser.close();
for (const one of problems) console.log(one);
process.exit(problems.length ? 1 : 0);
