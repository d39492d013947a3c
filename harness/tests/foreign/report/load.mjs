// Opens pages of loads in Chromium: curves, no errors, no axe violations, nothing hostile that runs.
//   node load.mjs CHROMIUM RIGHT.html HOSTILE.html COMPARED.html
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.env.MODULES}/x.js`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [browserPath, ...files] = process.argv.slice(2);
const problems = [];
const expect = (holds, what) => { if (!holds) problems.push(what); };
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });

async function check(file, colorScheme, width) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  page.on('console', (message) => { if (message.type() === 'error') problems.push(`${file}: console: ${message.text()}`); });
  page.on('pageerror', (error) => problems.push(`${file}: ${error.message}`));
  page.on('request', (request) => expect(/^(file|data):/.test(request.url()), `${file}: asks the network for ${request.url()}`));
  await page.goto(`file://${file}`);
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  for (const one of violations) problems.push(`${file}, ${colorScheme}, ${width}: axe ${one.id}: ${one.help}: ${one.nodes[0].html.slice(0, 160)}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide <= 0, `${file}, ${width}: the page is ${wide} px wider than the window`);
  expect((await page.locator('svg path.curve').count()) > 6, `${file}: no curves`);
  expect((await page.evaluate(() => globalThis.hostile)) === undefined, `${file}: what the endpoint sent has run`);
  const bad = await page.evaluate(() => [...document.querySelectorAll('svg path')].filter((one) => /nan|inf/i.test(one.getAttribute('d'))).length);
  expect(bad === 0, `${file}: ${bad} curves with no number in them`);
  await context.close();
}

for (const file of files) {
  await check(file, 'light', 1280);
  await check(file, 'dark', 400);
}
await browser.close();
for (const problem of problems) console.log(problem);
process.exitCode = problems.length ? 1 : 0;
