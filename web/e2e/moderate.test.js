import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { openDesk, texts, thread } from './paper.js';
import { until } from './harness.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').BrowserContext} Where a moderator is signed in. */
let kim;

before(async () => {
  desk = await openDesk();
  const { rejoinder, host } = desk;
  const said = await rejoinder.cli('staff', 'add', 'kim@paper.example', '--site', host.host, '--role', 'moderator');
  const path = /\/auth\/sign-in\S+/.exec(said)?.[0] ?? assert.fail(said);
  const page = await open(desk.browser, desk.comments + path);
  kim = page.context();
  await page.locator('[name=name]').fill('Kim');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.search === '');
  await page.close();
});
after(() => desk.stop());

/** The story as the moderator sees it. @param {string} page */
async function moderated(page) {
  const { storyAt } = await import('./paper.js');
  const own = await open(kim, storyAt(desk.host.origin, page));
  await thread(own);
  await own.locator('[data-rj=moderate]').first().waitFor();
  return own;
}

test('a moderator decides inside the thread, and readers see it at once', async () => {
  const id = await desk.post('inside', 'Buy my pills');
  await desk.shows('inside', id);
  const reader = await desk.read('inside');
  const page = await moderated('inside');
  await page.locator('[data-rj=moderate]').click();
  await page.getByRole('button', { name: 'Spam' }).waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Spam' }).click();
  await page.getByText('Readers no longer see this comment.').first().waitFor();
  await until('the comment to go', async () => (await texts(reader)).length === 0);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Buy my pills').waitFor();
  await page.locator('[data-rj=moderate]').waitFor();
  await reader.getByText('1 new comment').first().waitFor();
});

test('the keys of the desk work on the comment that has the focus', async () => {
  const first = await desk.post('keys', 'A good thought');
  await desk.shows('keys', first);
  const page = await moderated('keys');
  const comment = page.locator('article').first();
  await comment.evaluate((article) => {
    article.tabIndex = -1;
    article.focus();
  });
  await page.keyboard.press('f');
  await comment.getByText('Featured').waitFor();
  await page.keyboard.press('r');
  await page.getByText('Readers no longer see this comment.').first().waitFor();
  await page.keyboard.press('z');
  await page.getByText('A good thought').waitFor();
});

test('readers are offered none of it', async () => {
  const id = await desk.post('plain', 'Hello');
  await desk.shows('plain', id);
  const reader = await desk.read('plain');
  await reader.locator('[data-rj=flag]').first().waitFor();
  assert.equal(await reader.locator('[data-rj=moderate]').count(), 0);
});
