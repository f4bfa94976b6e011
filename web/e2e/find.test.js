import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk, storyAt, thread } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

/** A page with many comments, of which two are about a ferry. @param {string} name */
async function page(name) {
  await desk.post(name, 'The ferry leaves at nine');
  for (let n = 0; n < 25; n++) {
    await desk.post(name, `Number ${n}`);
  }
  await desk.post(name, 'Which Ferry?');
}

test('words are looked for from the row of ways, and each comment that has them is shown at its place', async () => {
  await page('found');
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'found'));
  await thread(shown);
  await shown.getByRole('link', { name: 'Search', exact: true }).click();
  const field = shown.getByRole('searchbox', { name: 'Search the comments' });
  await field.waitFor();
  assert.equal(await field.evaluate((it) => it.matches(':focus')), true);
  await expectAccessible(shown);

  await field.fill('ferry');
  await field.press('Enter');
  await shown.getByText('2 comments found.').first().waitFor();
  const found = shown.locator('[data-rj=found] li');
  assert.deepEqual(await found.locator('mark').allTextContents(), ['Ferry', 'ferry']);
  await expectAccessible(shown);

  // It is on no page that was loaded.
  await found.last().getByRole('link').click();
  const there = shown.locator('[data-rj=comment][data-marked]');
  await there.getByText('The ferry leaves at nine').waitFor();
  assert.equal(await there.evaluate((it) => it.matches(':focus')), true);
  await shown.getByRole('link', { name: 'View all comments' }).click();
  await found.first().waitFor();
  expectQuiet(shown);
});

test('a slash opens the field, and Esc closes it where it was opened', async () => {
  await page('keys');
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'keys'));
  await thread(shown);
  await shown.locator('[data-rj=comment] [data-rj=reply]').first().focus();
  await shown.keyboard.press('/');
  const field = shown.getByRole('searchbox');
  await field.waitFor();
  await field.fill('zeppelin');
  await field.press('Enter');
  await shown.getByText('No comment here says that.').first().waitFor();

  await field.press('Escape');

  await shown.locator('[data-rj=found]').waitFor({ state: 'detached' });
  assert.equal(await shown.locator('[data-rj=search]').evaluate((it) => it.matches(':focus')), true);
  expectQuiet(shown);
});

test('without script a page of its own has the field and what was found', async () => {
  await page('plain');
  const context = await desk.browser.newContext({ javaScriptEnabled: false });
  const shown = await context.newPage();
  await shown.goto(desk.embed('plain'));
  await shown.getByRole('link', { name: 'Search', exact: true }).click();
  await shown.getByRole('searchbox').fill('leaves ferry');
  await shown.getByRole('button', { name: 'Search' }).click();
  await shown.getByText('1 comment found.').waitFor();

  await shown.locator('[data-rj=found] li a').click();

  await shown.locator('[data-rj=comment]').getByText('The ferry leaves at nine').waitFor();
  await context.close();
});
