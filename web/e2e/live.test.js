import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet } from './browser.js';
import { openDesk, sign, texts } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

test('a new comment waits behind a button and is not pushed in', async () => {
  await desk.post('live', 'First');
  const page = await desk.read('live');

  await desk.post('live', 'Second', { name: 'Ben Oak' });
  const fresh = page.locator('[data-rj=fresh]');
  await fresh.waitFor();
  assert.deepEqual(await texts(page), ['First']);
  assert.equal(await fresh.innerText(), '1 new comment');
  await expectAccessible(page);
  await fresh.click();

  await page.locator('.rj-text', { hasText: 'Second' }).waitFor();
  assert.deepEqual(await texts(page), ['Second', 'First']);
  assert.equal(await page.locator('.rj-count').innerText(), '2 comments');
  expectQuiet(page);
});

test('a reply waits under its comment', async () => {
  const id = await desk.post('live-reply', 'First');
  const page = await desk.read('live-reply');

  await desk.post('live-reply', 'Reply', { name: 'Ben Oak', parent: id });
  await page.locator('li [data-rj=fresh]').click();

  await page.locator('.rj-replies .rj-text', { hasText: 'Reply' }).waitFor();
  expectQuiet(page);
});

test('one has one’s own comment once', async () => {
  const page = await desk.read('live-own');
  await page.locator('#compose textarea').click();
  await page.locator('#compose textarea').fill('Mine');
  await sign(page.locator('#compose'), 'Ann Lee');
  await page.locator('#compose [data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  await desk.post('live-own', 'Theirs', { name: 'Ben Oak' });

  const fresh = page.locator('[data-rj=fresh]');
  await fresh.waitFor();
  assert.equal(await fresh.innerText(), '1 new comment');
  assert.deepEqual(await texts(page), ['Mine']);
});

test('whoever was away for longer than the log is kept has the thread anew', async () => {
  await desk.post('live-away', 'First');
  const page = await desk.read('live-away');
  /** @param {boolean} isHidden */
  const hide = (isHidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await hide(true);
  await desk.shows('live-away', await desk.post('live-away', 'Second', { name: 'Ben Oak' }));
  const told = { contentType: 'text/event-stream', body: 'id: 2\nevent: reload\ndata: {}\n\n' };
  const headers = { 'access-control-allow-origin': desk.host.origin };
  await page.route('**/api/v1/events?*', (route) => route.fulfill({ ...told, headers }), { times: 1 });
  await hide(false);

  await page.locator('.rj-text', { hasText: 'Second' }).waitFor();
  assert.deepEqual(await texts(page), ['Second', 'First']);
});
