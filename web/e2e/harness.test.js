import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open, startBrowser } from './browser.js';
import { startHostSite } from './hostsite/server.js';

/** @type {import('./browser.js').Browser} */
let browser;
/** @type {import('./hostsite/server.js').HostSite} */
let host;

before(async () => {
  [browser, host] = await Promise.all([startBrowser(), startHostSite()]);
});

after(async () => {
  await browser.close();
  await host.stop();
});

test('a fault planted in a shadow root is found under a strict policy', async () => {
  const page = await open(browser, `${host.origin}/story?csp=strict`, { width: 390 });
  await expectAccessible(page);

  await page.evaluate(() => {
    const root = document.querySelector('rejoinder-thread')?.attachShadow({ mode: 'open' });
    root?.append(document.createElement('img'));
  });

  await assert.rejects(expectAccessible(page), /image-alt/);
});

test('the dark scheme of the host site is as legible as the light one', async () => {
  const page = await open(browser, `${host.origin}/two`, { scheme: 'dark' });

  await expectAccessible(page);

  const background = await page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor,
  );
  assert.equal(background, 'rgb(25, 24, 22)');
});

test('a request to a stranger and a broken policy are noticed', async () => {
  const page = await open(browser, `${host.origin}/app?csp=strict`);
  expectOnlyAsked(page, [host.origin]);
  expectQuiet(page);

  await page.evaluate(() => fetch('http://stranger.localhost:9/').catch(() => null));

  assert.throws(() => expectQuiet(page), /stranger\.localhost/);
});

test('the app puts the thread in, moves it, takes it out and goes on', async () => {
  const page = await open(browser, `${host.origin}/app`);
  const thread = page.locator('rejoinder-thread');

  await page.click('#add');
  await page.click('#move');
  await page.click('#next');

  assert.equal(await page.locator('#second > rejoinder-thread').count(), 1);
  assert.equal(await thread.getAttribute('page'), `${host.origin}/app/2`);
  await page.click('#remove');
  assert.equal(await thread.count(), 0);
});

test('a page is checked without script too', async () => {
  const page = await open(browser, `${host.origin}/app`, { script: false });
  await page.click('#add');

  await expectAccessible(page);

  assert.equal(await page.locator('rejoinder-thread').count(), 0);
});
