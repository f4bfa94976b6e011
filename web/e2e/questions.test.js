import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { demo, until } from './harness.js';
import { colleague, openDesk, sign, thread } from './paper.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').BrowserContext} Where an editor is signed in. */
let kim;
/** @type {Page} The editor's newsroom. */
let newsroom;

before(async () => {
  desk = await openDesk();
  newsroom = await colleague(desk, 'Kim', 'editor');
  kim = newsroom.context();
});
after(() => desk.stop());

/** @param {string} page */
const articleAt = (page) => `${desk.host.origin}/long-read?page=${page}&csp=strict`;

/**
 * The article whose thread is `page`, once that lives.
 *
 * @param {Parameters<typeof open>[0]} where
 * @param {string} page
 * @param {Parameters<typeof open>[2]} [how]
 */
async function read(where, page, how) {
  const reader = await open(where, articleAt(page), how);
  await thread(reader);
  return reader;
}

/** Select the words of a text node. @param {Page} page @param {string} within @param {string} words */
const select = (page, within, words) =>
  page.locator(within).evaluate((element, words) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const at = /** @type {Text} */ (node).data.indexOf(words);
      if (at >= 0) {
        getSelection()?.setBaseAndExtent(node, at, node, at + words.length);
        element.scrollIntoView({ block: 'center' });
        return;
      }
    }
    throw new Error(`${words} stands nowhere`);
  }, words);

/** @param {Page} page */
const icons = (page) => page.locator('rejoinder-passage button');

/** @param {Page} page */
const panel = (page) => page.locator('rejoinder-panel .rj-panel');

/**
 * Ask a question of “two crowns” as an editor.
 *
 * @param {string} page
 * @param {string} text
 */
async function ask(page, text) {
  const editor = await read(kim, page);
  await until('the editor to be offered it', async () => {
    await select(editor, '#cell', 'two crowns');
    const offer = editor.getByRole('button', { name: 'Ask a question' });
    return offer.waitFor({ timeout: 1_500 }).then(() => true, () => false);
  });
  await editor.getByRole('button', { name: 'Ask a question' }).click();
  await panel(editor).getByLabel('What do you want to know?').fill(text);
  await panel(editor).getByRole('button', { name: 'Ask it' }).click();
  await icons(editor).waitFor();
  return editor;
}

test('an editor asks in the article, and a reader answers there', async () => {
  const editor = await ask('asked', 'Who pays two crowns?');
  assert.equal(await icons(editor).getAttribute('aria-label'), 'A question on “two crowns”');
  assert.equal(await icons(editor).innerText(), '?');

  const reader = await read(desk.browser, 'asked');
  await icons(reader).click();
  await panel(reader).getByText('Who pays two crowns?').waitFor();
  await panel(reader).getByText('Asked by Kim').waitFor();
  await expectAccessible(reader);
  assert.equal(await panel(reader).getByRole('button', { name: 'Edit' }).count(), 0);
  await panel(reader).getByRole('button', { name: 'Answer' }).click();
  const form = reader.locator('#compose');
  await form.getByText('Who pays two crowns?').waitFor();
  await form.locator('textarea').fill('Whoever has no pass.');
  await sign(form, 'Ann Lee');
  await form.locator('[data-rj=send]').click();
  await reader.getByText('Your comment is posted.').waitFor();
  await reader.locator('.rj-asked', { hasText: 'Who pays two crowns?' }).first().waitFor();
  await until('the answer to be counted', async () => (await icons(reader).innerText()) === '1');
  assert.equal(await icons(reader).getAttribute('aria-label'), 'A question on “two crowns”, 1 answer');

  await reader.reload();
  await icons(reader).click();
  await panel(reader).locator('.rj-list').getByText('Whoever has no pass.').waitFor();
  await panel(reader).getByRole('link', { name: 'Show in the discussion' }).click();
  const spoken = reader.locator('[data-rj=spoken]');
  await spoken.getByText('Who pays two crowns?').waitFor();
  await expectAccessible(reader);
  expectOnlyAsked(reader, [desk.comments, desk.host.origin]);
  expectQuiet(reader);
});

test('by the keyboard an editor asks, changes, closes and deletes', async () => {
  const editor = await ask('keys', 'What for?');
  await icons(editor).focus();
  await editor.keyboard.press('Enter');
  await panel(editor).getByText('What for?').waitFor();
  await expectAccessible(editor);
  await panel(editor).getByRole('button', { name: 'Edit' }).press('Enter');
  const field = panel(editor).getByLabel('What do you want to know?');
  await field.press('Escape');
  await panel(editor).getByRole('button', { name: 'Edit' }).press('Enter');
  await field.fill(' ');
  await editor.keyboard.press('Control+Enter');
  await panel(editor).getByText('Please write a question.').waitFor();
  await field.fill('What are they for?');
  await editor.keyboard.press('Control+Enter');
  await panel(editor).waitFor({ state: 'detached' });
  await icons(editor).press('Enter');
  await panel(editor).getByText('What are they for?').waitFor();

  await panel(editor).getByRole('button', { name: 'Take no more answers' }).press('Enter');
  await panel(editor).waitFor({ state: 'detached' });
  await icons(editor).press('Enter');
  await panel(editor).getByText('No more answers are taken.').waitFor();
  assert.equal(await panel(editor).getByRole('button', { name: 'Answer', exact: true }).count(), 0);
  await panel(editor).getByRole('button', { name: 'Delete' }).press('Enter');
  await panel(editor).getByText('Delete this question?').waitFor();
  await expectAccessible(editor);
  await panel(editor).getByRole('button', { name: 'Delete' }).press('Enter');
  await icons(editor).waitFor({ state: 'detached' });
});

test('a question that is asked meanwhile comes to whoever reads', async () => {
  await ask('live', 'The first?');
  const reader = await read(desk.browser, 'live');
  await icons(reader).waitFor();
  await newsroom.goto(`${desk.comments}/edit/${desk.host.host}/questions`);
  await newsroom.getByLabel('Address of the article').fill('live');
  await newsroom.getByLabel('The words that it is about').fill('one crossing more in the evening');
  await newsroom.locator('#ask').getByLabel('Question').fill('Is one enough?');
  await newsroom.getByRole('button', { name: 'Ask it' }).click();
  await newsroom.getByText('Asked.', { exact: true }).waitFor();
  await expectAccessible(newsroom);

  await until('both to be there', async () => (await icons(reader).count()) === 2);
  expectQuiet(reader);
});

test('the first question of a page comes to whoever reads it already', async () => {
  const reader = await read(desk.browser, 'first');
  await reader.waitForLoadState('networkidle');
  assert.equal(await icons(reader).count(), 0);
  await newsroom.goto(`${desk.comments}/edit/${desk.host.host}/questions`);
  await newsroom.getByLabel('Address of the article').fill('first');
  await newsroom.getByLabel('The words that it is about').fill('one crossing more in the evening');
  await newsroom.locator('#ask').getByLabel('Question').fill('Is one enough?');
  await newsroom.getByRole('button', { name: 'Ask it' }).click();
  await newsroom.getByText('Asked.', { exact: true }).waitFor();

  await icons(reader).waitFor();

  await icons(reader).click();
  await panel(reader).getByText('Is one enough?').waitFor();
  await expectAccessible(reader);
  expectQuiet(reader);
});

test('an editor switches questions off for one page, and on again', async () => {
  await ask('switched', 'What for?');
  const passages = `${desk.comments}/edit/${desk.host.host}/passages`;
  const form = newsroom.locator('form', { has: newsroom.getByRole('combobox', { name: 'Editors ask questions', exact: true }) }).last();
  await newsroom.goto(passages);
  await form.getByLabel('Address of the article').fill('switched');
  await form.getByLabel('Editors ask questions').selectOption('No');
  await expectAccessible(newsroom);
  await form.getByRole('button', { name: 'Save' }).click();
  await newsroom.getByText('Saved.', { exact: true }).waitFor();

  const reader = await read(desk.browser, 'switched');
  await icons(reader).click();
  await panel(reader).getByText('What for?').waitFor();
  assert.equal(await panel(reader).getByRole('button', { name: 'Answer', exact: true }).count(), 0);

  await newsroom.goto(passages);
  await form.getByLabel('Address of the article').fill('switched');
  await form.getByLabel('Editors ask questions').selectOption('As the site: Yes');
  await form.getByRole('button', { name: 'Save' }).click();
  await newsroom.getByText('Saved.', { exact: true }).waitFor();
  await until('answers to be taken again', async () => {
    await reader.reload();
    await icons(reader).click();
    await panel(reader).getByText('What for?').waitFor();
    return (await panel(reader).getByRole('button', { name: 'Answer', exact: true }).count()) === 1;
  });
});

test('readers are not offered to ask, and load nothing for it', async () => {
  const reader = await read(desk.browser, 'nothing');
  await select(reader, '#cell', 'two crowns');
  await reader.waitForLoadState('networkidle');
  assert.equal(await reader.locator('rejoinder-offer').count(), 0);
  expectOnlyAsked(reader, [desk.comments, desk.host.origin]);
  const loaded = await reader.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.deepEqual(loaded.filter((name) => name.includes('passages')), []);
});

test('without script a passage is read and answered on a page of its own, and the article leads there', async () => {
  const paper = await demo();
  try {
    const page = await open(desk.browser, `${paper.origin}/articles/eleven-minutes`, { script: false });
    const mark = page.getByRole('link', { name: /^A question on “a voice that we have not been able…”/ });
    assert.equal(await mark.innerText(), '2');
    await expectAccessible(page);
    await page.getByText('An earlier version said').waitFor();
    await page.goto(`${await mark.getAttribute('href')}`);
    await page.getByText('Do you recognise it?').waitFor();
    await page.getByText('Asked by Henrike Dallimore').waitFor();
    assert.equal(await page.locator('[role=comment]').count(), 2);
    await expectAccessible(page);
    await page.locator('[name=text]').fill('It is the radiator.');
    await sign(page.locator('form[data-rj=compose]'), 'Ann Lee');
    await page.getByRole('button', { name: 'Post' }).click();
    await page.getByText('It is the radiator.').waitFor();
    await page.getByText('Do you recognise it?').waitFor();

    const living = await open(desk.browser, `${paper.origin}/articles/eleven-minutes`);
    await icons(living).waitFor();
    assert.equal(await living.locator('a[data-rejoinder-passage]').isVisible(), false);
    await until('three to be counted', async () => (await icons(living).innerText()) === '3');
    expectQuiet(living);
  } finally {
    await paper.stop();
  }
});
