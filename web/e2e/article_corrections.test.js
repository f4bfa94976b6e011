import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, thread } from './paper.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'passages', 'both');
  const query = new URLSearchParams({ site: desk.host.host, page: 'nobody-yet' });
  await until('corrections to be taken', async () => {
    const answer = await fetch(`${desk.rejoinder.origin}/embed/thread?${query}`);
    return (await answer.text()).includes('data-passages="comment correct"');
  });
});
after(() => desk.stop());

/** @param {string} page @param {Parameters<typeof open>[2]} [how] */
async function read(page, how) {
  const reader = await open(desk.browser, `${desk.host.origin}/long-read?page=${page}&csp=strict`, how);
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
const panel = (page) => page.locator('rejoinder-panel .rj-panel');

/** @param {Page} page */
const offer = (page) => page.getByRole('button', { name: 'Send a correction' });

/** Send a correction without a browser. @param {string} page @param {string} text @param {object} [more] */
async function send(page, text, more) {
  const answer = await fetch(`${desk.rejoinder.origin}/api/v1/corrections`, {
    method: 'POST',
    headers: { origin: desk.host.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ site: desk.host.host, page, text, ...more }),
  });
  assert.equal(answer.status, 201, await answer.text());
}

/** @param {string} page */
async function listed(page) {
  const query = new URLSearchParams({ site: desk.host.host, page });
  return (await fetch(`${desk.rejoinder.origin}/embed/corrections?${query}`)).text();
}

test('a reader sends a correction from the article, and is thanked for it', async () => {
  const page = await read('wrong');
  await select(page, '#cell', 'two crowns');
  await offer(page).click();
  await panel(page).getByText('two crowns').waitFor();
  await expectAccessible(page);

  await panel(page).getByRole('button', { name: 'Send', exact: true }).click();
  await panel(page).getByText('Please say what is wrong.').waitFor();
  await panel(page).getByLabel('What is wrong?').fill('It was three crowns.');
  await panel(page).getByLabel('What should it say?').fill('three crowns');
  await panel(page).getByLabel('Name, if we may thank you by it').fill('Ann Lee');
  await panel(page).getByRole('button', { name: 'Send', exact: true }).click();
  await panel(page).getByText('Thank you. The newsroom will look at it.').waitFor();
  await expectAccessible(page);

  await panel(page).getByRole('button', { name: 'Close' }).click();
  await panel(page).waitFor({ state: 'detached' });
  expectOnlyAsked(page, [desk.comments, desk.host.origin]);
  const kim = await colleague(desk, 'Kim', 'editor');
  await kim.goto(`${desk.comments}/edit/${desk.host.host}/corrections`);
  await kim.getByText('It was three crowns.').waitFor();
  await expectAccessible(kim);
  await kim.getByLabel('Line for the list of corrections').fill('A ticket cost three crowns.');
  await kim.keyboard.press('Escape');
  await kim.keyboard.press('a');
  await kim.getByText('Accepted.', { exact: true }).waitFor();
  const list = await listed('wrong');
  assert.ok(list.includes('A ticket cost three crowns.') && list.includes('Ann Lee'), list);

  await kim.keyboard.press('z');
  await kim.getByText('It is open again.').waitFor();
  assert.equal(await listed('wrong'), '');
});

test('by the keyboard a correction is written, and what was begun is kept', async () => {
  const page = await read('keys');
  await select(page, '#cell', 'two crowns');
  await offer(page).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await panel(page).getByLabel('What is wrong?').waitFor();
  await page.keyboard.type('It was three.');
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });

  await select(page, '#cell', 'two crowns');
  await offer(page).click();
  assert.equal(await panel(page).getByLabel('What is wrong?').inputValue(), 'It was three.');
  await page.keyboard.press('Control+Enter');
  await panel(page).getByText('The newsroom will look at it.').waitFor();
  expectQuiet(page);
});

test('the second click of a double click, under which the next page has come, accepts nothing', async () => {
  await send('twice', 'Only once, please.');
  const una = await colleague(desk, 'Una', 'editor');
  await una.goto(`${desk.comments}/edit/${desk.host.host}/corrections`);
  const item = una.locator('[data-nr=correction]', { hasText: 'Only once, please.' });
  const accept = item.getByRole('button', { name: /^Accept/ });
  await accept.scrollIntoViewIfNeeded();
  const { x = 0, y = 0 } = (await accept.boundingBox()) ?? {};

  await una.mouse.move(x + 9, y + 9);
  await una.mouse.down({ clickCount: 2 });
  await una.mouse.up({ clickCount: 2 });

  await accept.click();
  await una.getByText('Accepted.', { exact: true }).waitFor();
});

test('an editor goes through them with three keys, and declines with a word', async () => {
  await send('queue', 'The first is wrong.');
  await send('queue', 'The second is wrong.');
  const kim = await colleague(desk, 'Ida', 'editor');
  await kim.goto(`${desk.comments}/edit/${desk.host.host}/corrections`);
  const second = kim.getByRole('article').filter({ hasText: 'The second is wrong.' });
  while (!(await second.evaluate((item) => item === document.activeElement))) {
    await kim.keyboard.press('j');
  }
  await kim.keyboard.press('d');
  await kim.keyboard.type('It is right.');
  await kim.keyboard.press('Enter');

  await kim.getByText('Declined.', { exact: true }).waitFor();
  assert.equal(await kim.getByText('The second is wrong.').count(), 0);
  await kim.getByText('The first is wrong.').waitFor();
  await kim.getByRole('link', { name: 'Declined' }).click();
  await kim.getByText('It is right.').waitFor();
  await expectAccessible(kim);
});

test('without script the words are pasted', async () => {
  const query = new URLSearchParams({ site: desk.host.host, page: 'plain' });
  const page = await open(desk.browser, `${desk.comments}/embed?${query}`, { script: false });
  const href = await page.getByRole('link', { name: 'Send a correction' }).getAttribute('href');
  await page.goto(`${href}`);
  await page.getByLabel('The words that are wrong').fill('two crowns');
  await page.getByLabel('What is wrong?').fill('It was three.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The newsroom will look at it.').waitFor();
});
