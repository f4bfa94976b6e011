import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, startBrowser } from './browser.js';
import { until } from './harness.js';
import { openDesk } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').Browser} */
let browser;

before(async () => {
  desk = await openDesk();
  // A page that a test makes up has no address, and may otherwise ask nothing of this machine.
  browser = await startBrowser(['--disable-features=LocalNetworkAccessChecks']);
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'isso_api', 'on');
  const config = `${desk.rejoinder.origin}/isso/${desk.host.host}/config`;
  await until('the setting to be seen', async () => (await fetch(config)).ok);
});

after(async () => {
  await browser.close();
  await desk.stop();
});

test('a page that loads all of its Isso from here has our thread and our numbers', async () => {
  await desk.post(`${desk.host.origin}/moved/`, 'Still here');
  const context = await browser.newContext({ locale: 'en-GB' });
  const address = `${desk.comments}/isso/${desk.host.host}`;
  await context.route(`${desk.host.origin}/moved/`, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body:
        '<!doctype html><html lang="en"><title>Moved</title><link rel="icon" href="data:,">' +
        `<script data-isso="${address}/" src="${address}/js/embed.min.js" async></script>` +
        '<main><h1>Moved</h1><a href="/moved/#isso-thread">Comments</a>' +
        '<section id="isso-thread"></section></main></html>',
    }),
  );

  const page = await open(context, `${desk.host.origin}/moved/`);

  await page.locator('#isso-thread rejoinder-thread').getByText('Still here').waitFor();
  await page.getByRole('link', { name: 'Comments (1)' }).waitFor();
  assert.equal(await page.locator('rejoinder-thread').count(), 1);
  await expectAccessible(page);
  expectQuiet(page);
});
