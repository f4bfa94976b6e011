import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { openDesk, texts, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

// Each with limits of its own.
beforeEach(async () => {
  desk = await openDesk({ REJOINDER_RATE_LIMITS: 'on' });
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'proof_of_work', 'always');
});

afterEach(() => desk.stop());

test('a comment is posted where the browser has to work for it', async () => {
  const page = await desk.read('work');
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));

  const form = page.locator('[data-rj=compose]').first();
  await write(form, { text: 'Worth a moment', name: 'Ann Lee' });
  await form.getByRole('button', { name: 'Post', exact: true }).click();
  await page.locator('article[data-id]').waitFor();

  assert.deepEqual(await texts(page), ['Worth a moment']);
  assert.equal(asked.filter((path) => path === '/api/v1/challenge').length, 1);
  assert.equal(asked.filter((path) => path === '/api/v1/comments').length, 2);
  await expectAccessible(page);
});

test('what was written stays when there is no challenge to be had', async () => {
  const page = await desk.read('work-lost');
  await page.route('**/api/v1/challenge*', (route) => route.abort());

  const form = page.locator('[data-rj=compose]').first();
  await write(form, { text: 'Do not lose this', name: 'Bo Ek' });
  await form.getByRole('button', { name: 'Post', exact: true }).click();
  const again = page.getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await expectAccessible(page);
  await page.unroute('**/api/v1/challenge*');
  await again.click();

  await page.locator('article[data-id]').waitFor();
  assert.deepEqual(await texts(page), ['Do not lose this']);
});

test('without script a comment waits for a moderator', async () => {
  const page = await open(desk.browser, desk.embed('work-plain'), { script: false });
  await page.locator('textarea').first().fill('No script here');
  await page.locator('[name=name]').first().fill('Cy Moe');
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByText('Waiting for a moderator.').waitFor();
});
