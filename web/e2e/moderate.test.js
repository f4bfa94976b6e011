import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { colleague, openDesk, sign, storyAt, texts, thread } from './paper.js';
import { until } from './harness.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').BrowserContext} Where a moderator is signed in. */
let kim;

before(async () => {
  desk = await openDesk();
  const page = await colleague(desk, 'Kim', 'moderator');
  kim = page.context();
  await page.close();
});
after(() => desk.stop());

/** The story as the moderator sees it. @param {string} page */
async function moderated(page) {
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

  const undo = page.locator('.rj-notice');
  const { width = 0, height = 0 } = (await undo.boundingBox()) ?? {};
  assert.ok(width > 200 && height < 100, `the way back is ${width} by ${height} px`);

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Buy my pills').waitFor();
  await page.locator('[data-rj=status]').getByText('Readers see this comment again.').waitFor();
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
  const [drawer] = await Promise.all([kim.waitForEvent('page'), page.keyboard.press('b')]);
  await drawer.getByRole('heading', { name: 'Ann Lee' }).first().waitFor();
  await drawer.close();
  await page.keyboard.press('f');
  await comment.getByText('Featured').waitFor();
  await page.keyboard.press('r');
  await page.getByText('Readers no longer see this comment.').first().waitFor();
  await page.keyboard.press('z');
  await page.getByText('A good thought').waitFor();
});

test('a guest sees after a reload that a comment waits, and then why it was refused', async () => {
  const page = await desk.read('waits');
  const links = ['a', 'b', 'c', 'd'].map((name) => `https://${name}.example/`).join(' ');
  await page.locator('#compose textarea').fill(`Look: ${links}`);
  await sign(page.locator('#compose'), 'Hal');
  await page.locator('#compose [data-rj=send]').click();
  await page.getByText('Waiting for a moderator.').first().waitFor();
  assert.equal(await page.locator('[data-rj=withheld]').count(), 0);

  await page.reload();
  const own = page.locator('[data-rj=withheld]');
  await own.getByText('Waiting for a moderator.').waitFor();
  await own.getByText('Look:').waitFor();
  await expectAccessible(page);
  const id = (await own.locator('li').getAttribute('data-own')) ?? '';
  const other = await desk.read('waits');
  await other.locator('#compose textarea').waitFor();
  assert.equal(await other.locator('[data-rj=withheld]').count(), 0);

  const staff = await open(kim, `${desk.comments}/moderate/${desk.host.host}/comments/${id}`);
  await staff.getByRole('button', { name: /^Reject/ }).first().click();
  await staff.getByText('Rejected').first().waitFor();
  await page.reload();
  await own.getByText('A moderator did not publish this.').waitFor();
  await expectAccessible(page);
});

test('readers are offered none of it', async () => {
  const id = await desk.post('plain', 'Hello');
  await desk.shows('plain', id);
  const reader = await desk.read('plain');
  await reader.locator('[data-rj=flag]').first().waitFor();
  assert.equal(await reader.locator('[data-rj=moderate]').count(), 0);
});

test('a moderator closes the page in the thread, and readers who are writing hear of it', async () => {
  const id = await desk.post('closing', 'First');
  await desk.shows('closing', id);
  const [writer, reader] = [await desk.read('closing'), await desk.read('closing')];
  await writer.locator('#compose textarea').fill('Half a thought');
  const page = await moderated('closing');

  await page.getByRole('button', { name: 'Close comments' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('The newsroom closed this discussion').waitFor();
  const reopen = page.getByRole('button', { name: 'Reopen comments' });
  await reopen.waitFor();
  assert.ok(await reopen.evaluate((button) => button.matches(':focus')));
  await expectAccessible(page);

  await writer.locator('#compose').getByText('The newsroom has closed this discussion.').waitFor();
  assert.equal(await writer.locator('#compose textarea').inputValue(), 'Half a thought');
  assert.ok(await writer.locator('#compose [data-rj=send]').isDisabled());
  await expectAccessible(writer);
  await reader.locator('[data-rj=closed]').waitFor();
  assert.ok(await reader.locator('#compose').isHidden());
  assert.ok(await reader.locator('[data-rj=reply]').isHidden());
  await expectAccessible(reader);

  const late = await desk.read('closing');
  assert.equal(await late.locator('#compose').count(), 0);
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Comments are open again.').waitFor();
  await page.getByRole('button', { name: 'Close comments' }).waitFor();
  await writer.locator('#compose [data-rj=send]:enabled').waitFor();
  assert.ok(await writer.getByText('The newsroom has closed this discussion.').isHidden());
  await late.locator('#compose').waitFor();
  await late.locator('[data-rj=reply]').click();
  await late.locator('li [data-rj=compose] textarea').fill('A reply');
  await expectAccessible(late);
});

test('a page that nobody has written on is closed in its thread, with its headline', async () => {
  const page = await open(kim, storyAt(desk.host.origin, 'untouched'));
  await thread(page);
  await page.getByRole('button', { name: 'Close comments' }).click();
  await page.getByRole('button', { name: 'Reopen comments' }).waitFor();
  await page.locator('[data-rj=closed]').waitFor();
  await expectAccessible(page);

  const reader = await desk.read('untouched');
  await reader.locator('[data-rj=closed]').waitFor();
  assert.equal(await reader.locator('#compose').count(), 0);
});

test('pinned comments are put in order inside the thread and on the desk', async () => {
  const ids = [];
  for (const text of ['One', 'Two', 'Three']) {
    ids.push(await desk.post('pins', text));
  }
  await desk.shows('pins', ids[2] ?? '');
  const page = await moderated('pins');
  const act = async (/** @type {string} */ text, /** @type {string} */ name) => {
    const comment = page.locator('article', { hasText: text });
    await comment.locator('[data-rj=moderate]').click();
    await comment.getByRole('button', { name, exact: true }).click();
    await comment.locator('.rj-moderate').waitFor({ state: 'detached' });
  };
  for (const text of ['One', 'Two', 'Three']) {
    await act(text, 'Pin');
    await page.locator('article', { hasText: text }).getByText('Pinned').waitFor();
  }
  await desk.shows('pins', ids[2] ?? '');
  await until('the order of the pins', async () => {
    await page.reload();
    await thread(page);
    return (await texts(page)).join() === 'Three,Two,One';
  });
  await page.locator('[data-rj=moderate]').first().waitFor();

  await act('One', 'Move up');
  await until('One to be second', async () => (await texts(page)).join() === 'Three,One,Two');
  await expectAccessible(page);
  const link = await page.locator('[data-rj=desk]').getAttribute('href');
  const own = await open(kim, link ?? '');
  await own.getByRole('button', { name: 'Move up: Ann Lee' }).first().click();
  await own.getByText('Moved up among the pinned.').first().waitFor();
  await expectAccessible(own);

  await until('readers to see the order', async () => {
    const reader = await desk.read('pins');
    const order = (await texts(reader)).join();
    await reader.close();
    return order === 'One,Three,Two';
  });
});
