import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk, storyAt, texts, thread } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

test('a thread reads from the newest, and from the oldest for who wants it so', async () => {
  for (const text of ['First', 'Second', 'Third']) {
    await desk.post('sorts', text);
  }
  const page = await desk.read('sorts');
  assert.deepEqual(await texts(page), ['Third', 'Second', 'First']);

  await page.locator('[data-rj=sort]').selectOption('oldest');
  await page.locator('[data-sort=oldest]').waitFor();

  assert.deepEqual(await texts(page), ['First', 'Second', 'Third']);
  assert.equal(await focused(page), 'sort');
  await page.reload();
  await thread(page);
  assert.deepEqual(await texts(page), ['First', 'Second', 'Third']);
  await expectAccessible(page);
  expectQuiet(page);
});

test('more comments come in below, and the reader stays where they are', async () => {
  for (let n = 1; n <= 45; n += 1) {
    await desk.post('more', `Comment ${n}`);
  }
  const page = await desk.read('more');
  const more = page.locator('.rj-more-roots');
  await more.scrollIntoViewIfNeeded();
  await page.locator('[data-rj=thread]').evaluate(laidOut);
  const last = page.locator('[data-rj=comment]').nth(19);
  const top = (await last.boundingBox())?.y;

  await more.click();
  await page.locator('[data-rj=comment]').nth(39).waitFor();

  assert.equal((await last.boundingBox())?.y, top);
  assert.match(await focused(page), /Comment 25/);
  await more.click();
  await page.locator('[data-rj=comment]').nth(44).waitFor();
  assert.equal(await more.count(), 0);
  // What is out of sight has no inner text.
  const said = (await page.locator('article .rj-text').allTextContents()).map((text) => text.trim());
  assert.equal(new Set(said).size, 45);
  assert.deepEqual([said[0], said[20], said[44]], ['Comment 45', 'Comment 25', 'Comment 1']);
  expectQuiet(page);
});

test('more replies come in under their comment', async () => {
  const root = await desk.post('replies', 'Who was there?');
  await desk.post('replies', 'Another matter');
  for (let n = 1; n <= 7; n += 1) {
    await desk.post('replies', `Reply ${n}`, { parent: root });
  }
  const page = await desk.read('replies');
  assert.equal((await texts(page)).length, 5);

  await page.locator('.rj-more-replies').click();
  await page.getByText('Reply 7').waitFor();

  const replies = [1, 2, 3, 4, 5, 6, 7].map((n) => `Reply ${n}`);
  assert.deepEqual((await texts(page)).slice(1), ['Who was there?', ...replies]);
  const last = page.locator('article', { hasText: 'Reply 7' });
  assert.equal(await last.getAttribute('aria-level'), '2');
  await expectAccessible(page);
});

test('a long branch goes on in a view of its own, and leads back to the place left', async () => {
  let parent = await desk.post('deep', 'Level 0');
  for (let n = 1; n <= 10; n += 1) {
    parent = await desk.post('deep', `Level ${n}`, { parent });
  }
  for (let n = 1; n <= 12; n += 1) {
    await desk.post('deep', `Above ${n}`);
  }
  const page = await desk.read('deep');
  const on = page.locator('[data-rj=branch]');
  await on.scrollIntoViewIfNeeded();
  await page.locator('[data-rj=thread]').evaluate(laidOut);
  const top = (await on.boundingBox())?.y;

  await on.click();
  await page.getByText('Level 10').waitFor();

  assert.equal(await page.getByText('Above 1', { exact: true }).count(), 0);
  await expectAccessible(page);
  await page.locator('[data-rj=back]').click();
  await page.getByText('Above 1', { exact: true }).waitFor();
  assert.equal((await on.boundingBox())?.y, top);
  assert.equal(await focused(page), 'branch');

  await on.click();
  await page.getByText('Level 10').waitFor();
  await page.goBack();
  await page.getByText('Above 1', { exact: true }).waitFor();
  await page.goForward();
  await page.getByText('Level 10').waitFor();
  assert.equal(await page.getByText('Above 1', { exact: true }).count(), 0);
  expectQuiet(page);
});

test('a link to a comment that is gone says so, with script and without', async () => {
  await desk.post('lost', 'Still here');
  const gone = '0000000000001';

  const page = await open(desk.browser, `${storyAt(desk.host.origin, 'lost')}#comment-${gone}`);
  await page.locator('[data-rj=status]').getByText('This comment is no longer here.').waitFor();
  const plain = await open(desk.browser, desk.embed('lost', `&comment=${gone}`), { script: false });

  await plain.getByText('The comment that this link leads to is no longer here.').waitFor();
  for (const view of [page, plain]) {
    assert.ok(await view.getByText('Still here').isVisible());
  }
});

test('a link to a comment marks it, wherever in the thread it stands', async () => {
  const first = await desk.post('links', 'The oldest of all');
  const reply = await desk.post('links', 'A reply to it', { parent: first });
  for (let n = 1; n <= 24; n += 1) {
    await desk.post('links', `Later ${n}`);
  }
  const page = await open(desk.browser, `${storyAt(desk.host.origin, 'links')}#comment-${reply}`);

  const marked = page.locator('[data-marked]');
  await marked.waitFor();

  assert.match(await marked.innerText(), /A reply to it/);
  assert.ok(await inView(marked));
  await page.locator('[data-rj=back]').click();
  await page.getByText('Later 24').waitFor();
  await page.evaluate((id) => (location.hash = `comment-${id}`), first);
  await page.locator(`[data-marked][data-id="${first}"]`).waitFor();
  expectQuiet(page);
});

test('a branch folds into one line and unfolds again', async () => {
  const root = await desk.post('folds', 'A long story', { name: 'Ben Oak' });
  await desk.post('folds', 'Its answer', { parent: root });
  const page = await desk.read('folds');
  const line = page.locator('[data-rj=collapse]');

  await line.click();

  assert.equal(await line.getAttribute('aria-expanded'), 'false');
  assert.ok(await page.getByText('Ben Oak and 1 reply').isVisible());
  assert.ok(await page.getByText('Its answer').isHidden());
  await expectAccessible(page);
  await line.click();
  await page.getByText('Its answer').waitFor();
});

test('times are told from now, with the whole date behind them', async () => {
  await desk.post('times', 'Just so');
  const page = await desk.read('times');

  const time = page.locator('.rj-when time');

  assert.match(await time.innerText(), /^\d+ seconds? ago$/);
  assert.match((await time.getAttribute('title')) ?? '', /\d{4}/);
});

test('a returning reader steps through what is new', async () => {
  await desk.post('unread', 'Seen before');
  const page = await desk.read('unread');
  assert.deepEqual(await kept(page), []);
  await page.locator('article .rj-text').click();
  await page.locator('[data-rj=link]').first().focus();
  await desk.post('unread', 'New one');
  const newest = await desk.post('unread', 'New two');
  await desk.shows('unread', newest);
  await page.keyboard.press('n');
  await page.getByText('There is nothing new').waitFor();
  await page.reload();
  await thread(page);
  await page.locator('[data-unread]').nth(1).waitFor();

  await page.locator('[data-rj=sort]').press('Escape');
  await page.locator('[data-rj=link]').first().focus();
  await page.keyboard.press('n');

  await page.locator('[data-rj=comment]:focus', { hasText: 'New one' }).waitFor();
  await page.keyboard.press('p');
  await page.locator('[data-rj=comment]:focus', { hasText: 'New two' }).waitFor();
  expectQuiet(page);
});

test('without script a thread is read, put in order and followed to its end', async () => {
  for (let n = 1; n <= 23; n += 1) {
    await desk.post('plain', `Plain ${n}`);
  }
  const page = await open(desk.browser, desk.embed('plain'), { script: false });
  await expectAccessible(page);

  await page.locator('.rj-more-roots').click();
  assert.ok(await page.getByText('Plain 1', { exact: true }).isVisible());
  await page.goto(desk.embed('plain'));
  await page.locator('[name=sort]').selectOption('oldest');
  await page.locator('.rj-sort button').click();

  assert.equal(await page.locator('article .rj-text').first().innerText(), 'Plain 1');
  await expectAccessible(page);
});

test('the thread lives on its own page as well', async () => {
  const root = await desk.post('whole', 'On its own');
  for (let n = 1; n <= 5; n += 1) {
    await desk.post('whole', `Answer ${n}`, { parent: root });
  }
  const page = await open(desk.browser, desk.embed('whole'));
  await thread(page);

  await page.locator('.rj-more-replies').click();
  await page.getByText('Answer 5').waitFor();

  await expectAccessible(page);
  expectQuiet(page);
});

test('pages show how many comments they have', async () => {
  await desk.post('counted', 'One');
  await desk.post('counted', 'Two');
  const page = await open(desk.browser, `${desk.host.origin}/app`);

  await page.evaluate((origin) => {
    for (const key of ['counted', 'not counted']) {
      const place = document.createElement('span');
      place.dataset['rejoinderCount'] = key;
      document.body.append(place);
    }
    const script = document.createElement('script');
    script.src = `${origin}/count.js`;
    script.dataset['site'] = 'gazette.localhost';
    document.head.append(script);
  }, desk.comments);
  await page.waitForFunction(() => document.querySelector('[data-rejoinder-count]')?.textContent);

  assert.deepEqual(await page.locator('[data-rejoinder-count]').allInnerTexts(), ['2', '0']);
  expectQuiet(page);
});

/**
 * What has the focus: its `data-rj`, and for a comment its text.
 *
 * @param {import('./paper.js').Page} page
 */
function focused(page) {
  return page.evaluate(() => {
    let { activeElement: here } = document;
    here = here?.shadowRoot?.activeElement ?? here;
    const name = here?.getAttribute('data-rj') ?? '';
    return name === 'comment' ? (here?.textContent ?? '') : name;
  });
}

/** Once what came into sight has its height. */
function laidOut() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/** @param {import('./paper.js').Page} page */
function kept(page) {
  return page.evaluate(() => Object.keys(localStorage));
}

/** @param {import('playwright-core').Locator} place */
function inView(place) {
  return place.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
}
