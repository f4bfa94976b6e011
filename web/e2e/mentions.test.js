import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk, signedIn } from './paper.js';

/** @typedef {import('./paper.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

/** @param {Page} page */
const chosen = (page) => page.locator('[role=option][aria-selected=true]');

test('names are offered behind an @, chosen by keyboard, and lead to their comment', async () => {
  const ann = await desk.post('offer', 'First of all.', { name: 'Ann Lee' });
  await desk.post('offer', 'Second.', { name: 'Andy' });
  await desk.shows('offer', await desk.post('offer', 'Third.', { name: 'Ben Oak' }));
  const page = await desk.read('offer');
  const text = page.locator('#compose textarea');
  await text.click();
  await page.keyboard.type('Thanks, @a');
  const list = page.getByRole('listbox', { name: 'People to mention' });
  await list.waitFor();
  assert.deepEqual(await list.getByRole('option').allInnerTexts(), ['Andy', 'Ann Lee']);
  await expectAccessible(page);
  const first = await text.getAttribute('aria-activedescendant');
  assert.equal(await chosen(page).getAttribute('id'), first);

  await page.keyboard.press('ArrowDown');
  assert.equal(await chosen(page).innerText(), 'Ann Lee');
  await page.keyboard.press('Enter');

  assert.equal(await text.inputValue(), 'Thanks, @Ann Lee ');
  assert.ok(await list.isHidden());
  await page.locator('#compose [data-rj=send]').click();
  await page.locator('#compose [name=name]').fill('Eve');
  await page.locator('#compose [data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  const mention = page.locator('.rj-text .rj-mention');
  assert.equal(await mention.innerText(), '@Ann Lee');
  await mention.click();
  await page.locator(`[data-id="${ann}"][data-marked]`).waitFor();
  expectQuiet(page);
});

test('the list closes with Escape, before the form does, and by touch a name is tapped', async () => {
  await desk.shows('close', await desk.post('close', 'First.', { name: 'Zoë Hill' }));
  const page = await desk.read('close', { width: 390, scheme: 'dark' });
  const text = page.locator('#compose textarea');
  await text.click();
  await page.keyboard.type('@zoe');
  const option = page.getByRole('option', { name: 'Zoë Hill' });
  await option.waitFor();
  await expectAccessible(page);

  await page.keyboard.press('Escape');
  await option.waitFor({ state: 'hidden' });
  assert.equal(await text.inputValue(), '@zoe');
  await page.keyboard.type(' ');
  await page.keyboard.press('Backspace');
  await option.tap();
  assert.equal(await text.inputValue(), '@Zoë Hill ');
  expectQuiet(page);
});

test('without script a mention leads to its comment on the server’s own page', async () => {
  const ann = await desk.post('plain', 'First.', { name: 'Ann Lee' });
  await desk.shows('plain', await desk.post('plain', 'So it is, @Ann Lee.', { name: 'Ben' }));
  const page = await open(desk.browser, desk.embed('plain'), { script: false });
  await page.locator('.rj-mention').click();
  await page.waitForURL(`**/embed?*comment=${ann}#comment-${ann}`);
  await expectAccessible(page);
});

test('the bell tells whom a comment mentions', async () => {
  const home = new URL(desk.embed('bell'));
  const page = await signedIn(desk, 'ann@reader.example', home.pathname + home.search);
  await page.locator('#compose textarea').click();
  await page.locator('#compose textarea').fill('I was there.');
  await page.locator('#compose [data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  await desk.post('bell', 'When was that, @Ann?', { name: 'Bob' });

  await page.reload();
  await page.getByText('1 new notice').waitFor();
  await page.locator('[data-rj=bell]').click();
  await page.locator('[data-rj=notices]').getByText('Bob mentioned you on').waitFor();
  expectQuiet(page);
});
