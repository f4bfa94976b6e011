import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk, texts } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'hold_after_flags', '1');
});

after(() => desk.stop());

test('a reader flags a comment in its place, by keyboard', async () => {
  await desk.post('flag', 'Rude words');
  const page = await desk.read('flag');

  await page.getByRole('link', { name: 'Flag', exact: true }).focus();
  await page.keyboard.press('Enter');
  const form = page.locator('[data-rj=flag_form]');
  await form.getByLabel('It insults or degrades someone').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Space');
  await form.getByRole('button', { name: 'Flag it' }).press('Enter');

  await page.getByText('Thank you. A moderator will read it.').waitFor();
  await page.locator('article').waitFor({ state: 'detached' });
  expectQuiet(page);
});

test('a reader without script flags a comment on a page of its own', async () => {
  await desk.post('flag-plain', 'Rude words');
  const page = await open(desk.browser, desk.embed('flag-plain'), { script: false });

  await page.getByRole('link', { name: 'Flag', exact: true }).click();
  await expectAccessible(page);
  await page.getByLabel('It is spam or advertising').check();
  await page.getByRole('button', { name: 'Flag it' }).click();
  await page.getByText('Thank you. A moderator will read it.').waitFor();

  await page.goto(desk.embed('flag-plain'));
  assert.deepEqual(await texts(page), []);
});

test('a reader mutes an author, looks once all the same, and takes it back', async () => {
  const root = await desk.post('mute', 'Rude words', { name: 'Bob Elm' });
  await desk.post('mute', 'An answer', { name: 'Cleo Fir', parent: root });
  const page = await desk.read('mute');
  const rude = page.locator(`[data-id="${root}"]`);
  const text = rude.locator('> .rj-text');

  await rude.getByRole('link', { name: 'Flag', exact: true }).click();
  await page.getByRole('button', { name: 'Mute Bob Elm for me' }).press('Enter');
  await rude.getByText('you have muted this author').waitFor();
  assert.ok(await text.isHidden());
  assert.ok(await page.getByText('An answer').isVisible());
  await expectAccessible(page);

  await page.reload();
  await rude.getByText('you have muted this author').waitFor();
  await rude.getByRole('button', { name: 'Show this comment' }).click();
  await text.waitFor();
  await page.reload();
  await rude.getByRole('button', { name: 'Unmute' }).click();
  await page.getByText('You see what this author writes again.').waitFor();
  assert.ok(await text.isVisible());
  expectQuiet(page);
});
