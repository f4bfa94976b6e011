import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { openDesk } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'isso_api', 'on');
  const config = `${desk.rejoinder.origin}/isso/${desk.host.host}/config`;
  await until('the setting to be seen', async () => (await fetch(config)).ok);
});

after(() => desk.stop());

test('a page that loads all of its Isso from here has our thread and our numbers', async () => {
  await desk.post(`${desk.host.origin}/moved/`, 'Still here');
  const context = await desk.browser.newContext({ locale: 'en-GB' });
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
