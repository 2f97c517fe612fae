// SPDX-License-Identifier: Apache-2.0
// Opens a report in headless Chromium and says as JSON what a person would find in it.
//   node report_browser.cjs MODULES CHROMIUM REPORT SCREENSHOTS
const path = require('path');
const [modules, chromium, report, pictures] = process.argv.slice(2);
const {chromium: browsers} = require(path.join(modules, 'playwright-core'));
const axe = require(path.join(modules, 'axe-core'));

async function main() {
  const browser = await browsers.launch({executablePath: chromium, args: ['--no-sandbox']});
  const found = {errors: [], requests: [], violations: []};
  for (const [name, width, scheme] of [['desktop', 1280, 'light'], ['phone', 390, 'light'], ['dark', 1280, 'dark']]) {
    const page = await browser.newPage({viewport: {width, height: 900}, colorScheme: scheme});
    page.on('console', message => { if (message.type() === 'error') found.errors.push(message.text()); });
    page.on('pageerror', error => found.errors.push(String(error)));
    page.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) found.requests.push(request.url()); });
    const start = Date.now();
    await page.goto('file://' + path.resolve(report));
    await page.waitForSelector('body[data-ready=yes]');
    found[name] = {opened: Date.now() - start, wide: await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)};
    // Axe is put in by the debugger, which no policy of the page forbids.
    await page.evaluate(axe.source);
    const result = await page.evaluate(() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']}));
    found.violations.push(...result.violations.map(one => `${name}: ${one.id}: ${one.nodes[0].html.slice(0, 120)}`));
    if (pictures) await page.screenshot({path: path.join(pictures, name + '.png'), fullPage: true, clip: {x: 0, y: 0, width, height: 2400}});
    if (name === 'desktop') await use(page, found);
    await page.close();
  }
  await browser.close();
  console.log(JSON.stringify(found));
}

async function use(page, found) {
  const text = selector => page.locator(selector).first().textContent();
  const cards = () => page.locator('#documents article').count();
  found.sections = await page.evaluate(() => [...document.querySelectorAll('main section')].map(one => one.id));
  found.landmarks = await page.evaluate(() => ['header', 'nav', 'main'].every(tag => document.querySelector(tag)));
  if (await page.locator('#threshold input[type=range]').count()) {
    const slider = page.locator('#threshold input[type=range]').first();
    found.kept = {};
    for (const gamma of ['0', '0.5', '1', '2']) {
      const start = Date.now();
      await slider.fill(gamma);
      found.kept[gamma] = await text('#threshold output');
      found.slider = Math.max(found.slider || 0, Date.now() - start);
    }
    const before = await text('#threshold output');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    found.keyboard = before !== await text('#threshold output');
  }
  if (!await page.locator('#documents').count()) return;
  const place = '#documents [role=status]';
  found.cards = {all: await cards(), status: await text(place)};
  await page.locator('#documents').getByRole('button', {name: 'kept', exact: true}).click();
  found.cards.kept = await text(place);
  await page.locator('#documents').getByRole('button', {name: 'kept', exact: true}).click();
  const next = page.locator('#documents').getByRole('button', {name: 'Next'});
  if (await next.isEnabled()) { await next.click(); found.cards.second = await text(place); }
  await page.locator('#documents input[type=search]').fill('nowhere to be found');
  found.cards.nothing = await text(place);
  await page.locator('#documents input[type=search]').fill('');
  const more = page.locator('#documents').getByRole('button', {name: /^[\d,]+ more$/}).first();
  if (await more.count()) { found.cards.more = await more.textContent(); await more.click(); }
}
main().catch(error => { console.error(error); process.exit(1); });
