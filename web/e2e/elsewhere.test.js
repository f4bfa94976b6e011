import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, thread } from './paper.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
/** An instance of PeerTube, as far as its player goes. */
const tube = createServer((request, answer) => {
  asked.push(`${request.url}`);
  answer.setHeader('content-type', 'text/html');
  answer.end('<!doctype html><html lang="en"><title>A video</title><p>A video');
});
/** What it was asked for. @type {string[]} */
const asked = [];
let instance = '';

before(async () => {
  await once(tube.listen(0, '127.0.0.1'), 'listening');
  instance = `http://tube.test:${/** @type {import('node:net').AddressInfo} */ (tube.address()).port}`;
  desk = await openDesk();
  const eda = await colleague(desk, 'Eda', 'editor');
  const addresses = {
    tube: `${instance}/w/kkGMgK9ZtnKfYAgnEtQxbv`,
    cloud: 'https://soundcloud.com/the-courier/episode-12',
  };
  for (const [page, address] of Object.entries(addresses)) {
    await eda.goto(`${desk.comments}/edit/${desk.host.host}/recordings`);
    await eda.locator('[name=page]').fill(page);
    await eda.locator('[name=title]').fill('The meeting');
    await eda.locator('[name=address]').fill(address);
    await eda.locator('[name=duration]').fill('35:00');
    await eda.getByRole('button', { name: 'Attach' }).click();
    await eda.waitForURL(/did=attached/);
    await desk.post(page, 'Listen to 3:48.');
    await desk.post(page, 'And to 12:10 – 12:20.');
  }
});
after(async () => {
  await desk.stop();
  tube.close();
});

const PLAYER = '/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d?p2p=0';

test('an instance of PeerTube is asked for nothing before a click, and goes on while the thread is re-sorted', async () => {
  const page = await desk.read('tube');
  const time = (/** @type {string} */ at) => page.getByRole('link', { name: at });
  await time('3:48').press('Enter');
  expectOnlyAsked(page, [desk.comments, desk.host.origin]);
  await expectAccessible(page);

  await page.getByRole('button', { name: /^Play here/ }).press('Enter');
  await until('the player to be asked for', () => asked.length === 1);
  await page.locator('[data-rj=sort]').selectOption('oldest');
  await until('the other order', async () => (await page.locator('article .rj-text').first().innerText()).startsWith('Listen'));
  await page.frameLocator('iframe').getByText('A video').waitFor();
  assert.deepEqual(asked, [`${PLAYER}&start=228`]);

  await time('12:10').press('Enter');
  await until('the player to begin elsewhere', () => asked.length === 2);
  assert.equal(asked[1], `${PLAYER}&start=730`);
  expectQuiet(page);
});

test('the thread’s own page lets in the instance that its recording names, and no other', async () => {
  asked.length = 0;
  const page = await open(desk.browser, desk.embed('tube'));
  await thread(page);
  await page.getByRole('button', { name: /^Play here/ }).click();
  await page.frameLocator('iframe').getByText('A video').waitFor();
  assert.deepEqual(asked, [PLAYER]);
  expectQuiet(page);

  const other = await fetch(desk.embed('cloud').replace(desk.comments, desk.rejoinder.origin));
  const policy = `${other.headers.get('content-security-policy')}`;
  assert.match(policy, /frame-src [^;]*https:\/\/w\.soundcloud\.com/);
  assert.doesNotMatch(policy, /tube\.test/);
});

test('a track at SoundCloud plays from the time that was asked for', async () => {
  const page = await desk.read('cloud', { width: 390, scheme: 'dark' });
  await page.route('https://w.soundcloud.com/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>A track</title><p id="heard"></p><script>
        const say = (method) => parent.postMessage(JSON.stringify({ method }), '*');
        addEventListener('message', ({ data }) => {
          document.getElementById('heard').append(data);
          JSON.parse(data).method === 'addEventListener' && say('play');
        });
        say('ready');
      </script>`,
    }),
  );
  await page.getByRole('link', { name: '3:48' }).click();
  expectOnlyAsked(page, [desk.comments, desk.host.origin]);
  await page.getByRole('button', { name: /^Play here/ }).click();
  const heard = page.frameLocator('iframe').locator('#heard');
  await heard.getByText('{"method":"seekTo","value":228000}').waitFor();

  await page.getByRole('link', { name: '12:10' }).click();
  await heard.getByText('{"method":"seekTo","value":730000}{"method":"play"}').waitFor();
  const src = new URL(`${await page.locator('iframe').getAttribute('src')}`);
  assert.equal(src.searchParams.get('url'), 'https://soundcloud.com/the-courier/episode-12');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});
