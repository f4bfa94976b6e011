import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, sign, storyAt, texts, thread, write } from './paper.js';

/** @typedef {import('./paper.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

test('a comment is written in one line that opens, and is there at once', async () => {
  const page = await desk.read('post');
  const form = page.locator('#compose');
  assert.ok(await form.locator('[name=name]').isHidden());

  await form.locator('textarea').click();
  await write(form, { text: 'The **old** timetable, then.' });
  await expectAccessible(page);
  assert.ok(await form.locator('[name=name]').isHidden());
  assert.equal(await form.locator('[name=email]:visible, [name=website], [name=notify]:visible').count(), 0);
  await sign(form, 'Ann Lee');
  await expectAccessible(page);
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  assert.deepEqual(await texts(page), ['The old timetable, then.']);
  assert.equal(await page.locator('article .rj-text strong').innerText(), 'old');
  assert.equal(await page.locator('.rj-count').innerText(), '1 comment');
  assert.equal(await page.locator('.rj-empty').count(), 0);
  assert.deepEqual(await drafts(page), []);
  await expectAccessible(page);
  expectQuiet(page);
});

test('the name is asked for once', async () => {
  const page = await posted('once', 'Before');
  await page.reload();
  await thread(page);
  const form = page.locator('#compose');

  await form.locator('textarea').click();
  await form.getByText('Posting as Ann Lee').waitFor();
  assert.ok(await form.locator('[name=name]').isHidden());
  await form.locator('[data-rj=rename]').click();
  await form.locator('[name=name]').waitFor();
  await write(form, { text: 'After', name: 'Ann L.' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  assert.equal(await page.locator('[data-rj=name]').first().innerText(), 'Ann L.');
});

test('a reply stands under its comment and quotes what was selected', async () => {
  await desk.post('reply', 'The ferry leaves at nine and comes back at noon.', { name: 'Ben Oak' });
  const page = await desk.read('reply');
  const box = await page.locator('article .rj-text').boundingBox();
  assert.ok(box);
  await page.mouse.dblclick(box.x + 20, box.y + box.height / 2);

  await page.locator('[data-rj=reply]').click();
  const form = page.locator('li form[data-rj=compose]');
  await form.waitFor();
  assert.match(await form.locator('textarea').inputValue(), /^> \w+\s*$/);
  await write(form, { text: '> at nine\n\nNot on Sundays.', name: 'Ann Lee' });
  await expectAccessible(page);
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  assert.equal(await page.locator('.rj-replies blockquote').innerText(), 'at nine');
  assert.equal(await form.count(), 0);
  expectQuiet(page);
});

test('on a phone a reply is in view once it is posted, and its form is gone', async () => {
  for (let n = 1; n <= 8; n += 1) {
    await desk.post('phone', `Comment ${n}`);
  }
  const page = await desk.read('phone', { width: 390, height: 700 });
  await page.locator('[data-rj=reply]').nth(2).tap();
  const form = page.locator('li form[data-rj=compose]');
  await write(form, { text: 'From a small screen', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 200);

  await form.locator('[data-rj=send]').tap();
  await page.getByText('Your comment is posted.').waitFor();

  const { y = -1, height = 0 } = (await page.locator('[data-rj=comment]:focus').boundingBox()) ?? {};
  assert.ok(y >= 0 && y + height <= 700, `it stands at ${y}, ${height} high`);
});

test('the preview is what the server makes of the text', async () => {
  const page = await desk.read('preview');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'A ||secret|| and <script>alert(1)</script>' });

  await form.locator('[data-rj=preview]').click();
  const shown = form.locator('[data-rj=shown]');
  await shown.waitFor();

  assert.match(await shown.innerText(), /secret and <script>/);
  assert.ok(await form.locator('textarea').isHidden());
  await expectAccessible(page);
  await form.locator('[data-rj=write]').click();
  await form.locator('textarea').waitFor();
  expectQuiet(page);
});

test('the toolbar marks what is selected, and takes the mark away', async () => {
  const page = await desk.read('tools');
  const form = page.locator('#compose');
  const text = form.locator('textarea');
  await text.click();
  await text.fill('one two');
  const select = (/** @type {number} */ from, /** @type {number} */ to) =>
    text.evaluate((field, range) => {
      /** @type {HTMLTextAreaElement} */ (field).setSelectionRange(...range);
    }, /** @type {[number, number]} */ ([from, to]));
  const tool = (/** @type {string} */ name) =>
    form.locator(`[data-rj=mark][value=${name}]`).click();

  await select(4, 7);
  await tool('bold');
  await until('bold', async () => (await text.inputValue()) === 'one **two**');
  await tool('bold');
  await until('plain', async () => (await text.inputValue()) === 'one two');
  await tool('quote');

  await until('quote', async () => (await text.inputValue()) === '> one two');
});

test('near the limit the form says how much is left, in what people call characters', async () => {
  const page = await desk.read('limit');
  const form = page.locator('#compose');
  await form.locator('textarea').click();

  await form.locator('textarea').fill('👩‍👩‍👧'.repeat(9_950));

  await form.getByText('50 characters left').waitFor();
  await form.locator('textarea').fill('Short');
  await form.locator('[data-rj=counter]').waitFor({ state: 'hidden' });
});

test('a draft outlives a reload, and nothing is kept before one is typed', async () => {
  const page = await desk.read('draft');
  const form = page.locator('#compose');
  await form.locator('textarea').focus();
  await form.locator('[data-rj=send]').waitFor();
  assert.deepEqual(await drafts(page), []);

  await page.keyboard.type('Half a thou');
  await page.reload();
  await thread(page);

  await page.locator('#compose[data-open]').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'Half a thou');
  await form.locator('textarea').fill('');
  await until('no draft', async () => (await drafts(page)).length === 0);
});

test('what the server refuses stays in the form, with the reason at its field', async () => {
  const page = await desk.read('refused');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'No name' });
  await form.locator('[data-rj=send]').click();
  const name = form.locator('[name=name]');
  await name.and(page.locator(':focus')).waitFor();
  assert.equal(await name.getAttribute('aria-invalid'), null);
  await form.locator('[data-rj=send]').click();
  await form.getByText('Please enter a name.').waitFor();
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  assert.ok(await name.evaluate((field) => field.matches(':focus')));
  await expectAccessible(page);

  await write(form, { text: 'x'.repeat(10_001), name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await form.locator('[data-rj-error=text]:visible').waitFor();

  assert.match(await form.locator('[data-rj-error=text]').innerText(), /10,?000 characters at most/);
  assert.equal((await form.locator('textarea').inputValue()).length, 10_001);
  assert.equal((await texts(page)).length, 0);
  await expectAccessible(page);
});

test('a comment that did not arrive stays, and sent again it is there once', async () => {
  const page = await desk.read('retry');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Only once, please.', name: 'Ann Lee' });
  // The server takes it, but its answer is lost.
  await page.route('**/api/v1/comments', async (route) => {
    const url = route.request().url().replace('comments.gazette.localhost', '127.0.0.1');
    await route.fetch({ url });
    await route.abort();
  });
  await form.locator('[data-rj=send]').click();
  await page.locator('[data-state=failed]').waitFor();
  await expectAccessible(page);
  await page.unroute('**/api/v1/comments');

  await page.reload();
  await thread(page);
  await page.locator('#compose[data-open]').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'Only once, please.');
  await write(form, { text: 'Only once, please.', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  assert.deepEqual(await texts(page), ['Only once, please.']);
  await page.reload();
  await thread(page);
  assert.deepEqual(await texts(page), ['Only once, please.']);
});

test('a comment on its way has its text where it will stay', async () => {
  const page = await desk.read('underway', { width: 390 });
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Here I stand', name: 'Ann Lee' });
  /** @type {(value?: unknown) => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/api/v1/comments', async (route) => {
    await held;
    await route.continue();
  });
  const depth = () =>
    page.locator('.rj-list .rj-text').evaluate((text) => {
      const comment = /** @type {Element} */ (text.parentElement);
      return text.getBoundingClientRect().top - comment.getBoundingClientRect().top;
    });
  await form.locator('[data-rj=send]').click();
  await page.locator('[data-state=posting]').waitFor();
  const before = await depth();

  release();
  await page.getByText('Your comment is posted.').waitFor();

  assert.equal(await depth(), before);
  expectQuiet(page);
});

test('without a connection the comment waits, and goes when it is back', async () => {
  const page = await desk.read('offline');
  const form = page.locator('#compose');
  await Promise.all([page.waitForResponse(/words/), form.locator('textarea').click()]);
  await write(form, { text: 'From the ferry', name: 'Ann Lee' });
  await page.context().setOffline(true);

  await form.locator('[data-rj=send]').click();
  await page.getByText('You are offline.').first().waitFor();

  assert.equal((await drafts(page)).length, 1);
  await page.context().setOffline(false);
  await page.getByText('Your comment is posted.').waitFor();
  assert.deepEqual(await texts(page), ['From the ferry']);
});

test('a comment that a moderator reads first says so', async () => {
  await moderate('before');
  try {
    const page = await desk.read('held');
    const form = page.locator('#compose');
    assert.equal(await form.locator('[data-rj=send]').textContent(), 'Post for review');
    await form.locator('textarea').click();
    await write(form, { text: 'May I?', name: 'Ann Lee' });

    await form.locator('[data-rj=send]').click();
    const held = page.locator('[data-state=held]');
    await held.waitFor();

    assert.match(await held.innerText(), /Waiting for a moderator/);
    await expectAccessible(page);
  } finally {
    await moderate('after');
  }
});

test('authors change their comment, and the mark of it stays', async () => {
  const page = await posted('edit', 'The *frist* one');

  await page.locator('[data-rj=edit]').click();
  const form = page.locator('form[data-rj=edit]');
  await form.waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'The *frist* one');
  await expectAccessible(page);
  await form.locator('textarea').fill('The *first* one');
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your change is saved.').waitFor();

  assert.deepEqual(await texts(page), ['The first one']);
  assert.equal(await page.locator('[data-rj=edited]').count(), 1);
  expectQuiet(page);
});

test('authors delete their comment in two steps; with replies its place stays', async () => {
  const page = await posted('delete', 'Mine, with an answer');
  const id = await page.locator('[data-rj=comment]').getAttribute('data-id');
  await desk.post('delete', 'The answer', { parent: id ?? '' });
  await page.reload();
  await thread(page);

  await page.locator('[data-rj=own]:not([hidden]) [data-rj=delete]').click();
  await page.locator('button[data-rj=keep]').click();
  assert.equal((await texts(page)).length, 2);
  await page.locator('[data-rj=own]:not([hidden]) [data-rj=delete]').click();
  await expectAccessible(page);
  await page.locator('button[data-rj=remove]').click();
  await page.getByText('Your comment is deleted.').waitFor();

  assert.deepEqual(await texts(page), ['The answer']);
  assert.equal(await page.getByText('This comment was removed.').count(), 1);
  await expectAccessible(page);
  expectQuiet(page);
});

test('a comment without replies goes when it is deleted', async () => {
  const page = await posted('gone', 'Never mind');

  await page.locator('[data-rj=delete]').click();
  await page.locator('button[data-rj=remove]').click();
  await page.getByText('Your comment is deleted.').waitFor();

  assert.equal(await page.locator('[data-rj=comment]').count(), 0);
});

test('a comment that is deleted is counted once, and the focus goes on beside it', async () => {
  await desk.post('once-less', 'The first');
  const page = await posted('once-less', 'Never mind');
  const reader = await desk.read('once-less');
  const focus = () => page.evaluate(() => {
    const root = document.querySelector('rejoinder-thread')?.shadowRoot;
    return root?.activeElement?.textContent ?? '';
  });

  await page.locator('[data-rj=own]:not([hidden]) [data-rj=delete]').focus();
  await page.keyboard.press('Enter');
  await page.locator('button[data-rj=keep]:focus').waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Your comment is deleted.').waitFor();
  await until('the reader to see it go', async () => (await texts(reader)).length === 1);
  await desk.post('once-less', 'Told after it');
  await page.getByText('1 new comment').first().waitFor();

  assert.match(await focus(), /The first/);
  for (const view of [page, reader]) {
    assert.equal(await view.locator('.rj-count').innerText(), '1 comment');
  }
});

test('a vote counts at once, changes, and is taken back by the same button', async () => {
  await desk.post('vote', 'Who is for it?');
  const page = await desk.read('vote');
  const [up, down] = [page.locator('[data-rj=up]'), page.locator('[data-rj=down]')];
  const score = (/** @type {number} */ n) => page.locator(`[data-rj=score][data-score="${n}"]`);
  const counted = () => page.waitForResponse((answer) => answer.url().includes('/vote'));

  await Promise.all([counted(), up.click()]);
  await score(1).waitFor();
  assert.equal(await up.getAttribute('aria-pressed'), 'true');
  await expectAccessible(page);
  await Promise.all([counted(), down.click()]);
  await score(-1).waitFor();
  assert.equal(await score(-1).innerText(), '−1');
  assert.equal(await up.getAttribute('aria-pressed'), 'false');
  await page.reload();
  await thread(page);
  await page.locator('[data-rj=down][aria-pressed=true]').waitFor();

  await Promise.all([counted(), down.click()]);
  await score(0).waitFor();
  expectQuiet(page);
});

test('a vote that is refused is taken back, with the reason', async () => {
  const page = await posted('own vote', 'Vote for me');

  await page.locator('[data-rj=up]').click();
  await page.getByText('You cannot vote on your own comment.').waitFor();

  assert.equal(await page.locator('[data-rj=score]').innerText(), '0');
  assert.equal(await page.locator('[data-rj=up]').getAttribute('aria-pressed'), 'false');
});

test('without script a comment is posted, answered and voted on', async () => {
  const page = await open(desk.browser, desk.embed('plain forms'), { script: false });
  await page.locator('#compose textarea').fill('By plain form');
  await page.locator('#compose [name=name]').fill('Ann Lee');
  await page.locator('#compose [data-rj=send]').click();
  assert.deepEqual(await texts(page), ['By plain form']);
  await expectAccessible(page);

  await page.locator('[data-rj=reply]').click();
  const form = page.locator('form[data-rj=compose]');
  await form.locator('textarea').fill('And its answer');
  await form.locator('[name=name]').fill('Ben Oak');
  await form.locator('[data-rj=send]').click();

  assert.ok(await page.getByText('And its answer').isVisible());
  await expectAccessible(page);
});

test('a banned word is said at its field, and the draft is there to be changed', async () => {
  const { rejoinder, host } = desk;
  const owner = await colleague(desk, 'Olga', 'owner', { origin: rejoinder.origin });
  await owner.goto(`${rejoinder.origin}/admin/${host.host}/words`);
  await owner.getByLabel('Banned').fill('blasted');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Saved.').waitFor();

  const told = 'This site’s word filter, not a moderator, doesn’t allow “Blasted”';
  const page = await desk.read('banned');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: '**Bla**sted ferry', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await form.getByText(told).waitFor();
  const text = form.locator('[name=text]');
  assert.equal(await text.inputValue(), '**Bla**sted ferry');
  assert.equal(await text.getAttribute('aria-invalid'), 'true');
  assert.ok(await text.evaluate((area) => area.matches(':focus')));
  await expectAccessible(page);
  assert.equal(await page.getByText('Your comment is posted.').count(), 0);

  await text.fill('Blessed ferry');
  await form.locator('[name=name]').fill('Blasted Ann');
  await form.locator('[data-rj=send]').click();
  await form.locator('[data-rj-error=name]').getByText(told).waitFor();
  const name = form.locator('[name=name]');
  assert.ok(await name.isVisible());
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  await name.fill('Ann');
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  assert.deepEqual(await texts(page), ['Blessed ferry']);

  const plain = await open(desk.browser, desk.embed('banned plain'), { script: false });
  await plain.locator('#compose textarea').fill('Blasted ferry');
  await plain.locator('#compose [name=name]').fill('Ann');
  await plain.locator('#compose [data-rj=send]').click();
  await plain.getByText(told).waitFor();
  assert.equal(await plain.locator('#compose textarea').inputValue(), 'Blasted ferry');
  await expectAccessible(plain);
});

/**
 * Change when comments are read by a moderator, and wait until the server has heard of it.
 *
 * @param {'before' | 'after'} mode
 */
async function moderate(mode) {
  const { host, rejoinder } = desk;
  await rejoinder.cli('site', 'set', host.host, 'mode', mode);
  const query = new URLSearchParams({ site: host.host, page: 'mode' });
  await until(`the mode to be ${mode}`, async () => {
    const answer = await fetch(`${rejoinder.origin}/embed/thread?${query}`);
    return (await answer.text()).includes('Post for review') === (mode === 'before');
  });
}

/** @param {Page} page */
function drafts(page) {
  return page.evaluate(() =>
    Object.entries(localStorage)
      .filter(([key, value]) => key.startsWith('rejoinder:drafts') && value !== 'null')
      .map(([, value]) => value),
  );
}

/**
 * A page on which its reader has posted `text` as Ann Lee.
 *
 * @param {string} key
 * @param {string} text
 */
async function posted(key, text) {
  const page = await open(desk.browser, storyAt(desk.host.origin, key));
  await thread(page);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text, name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  await page.locator('[data-rj=own]:not([hidden])').waitFor();
  return page;
}
