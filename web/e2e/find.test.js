import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
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

/** The thread as it is given out. @param {string} name */
async function shownTo(name) {
  const query = new URLSearchParams({ site: desk.host.host, page: name });
  return (await fetch(`${desk.rejoinder.origin}/embed/thread?${query}`)).text();
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

test('where nothing can be looked for, a slash is the page’s own', async () => {
  await desk.post('few', 'The only one');
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'few'));
  await thread(shown);
  await shown.evaluate(() =>
    document.addEventListener('keydown', ({ key, defaultPrevented }) => {
      document.title = `${key} ${defaultPrevented}`;
    }),
  );
  await shown.locator('[data-rj=comment] [data-rj=reply]').first().focus();

  await shown.keyboard.press('/');

  assert.equal(await shown.title(), '/ false');
  assert.equal(await shown.getByRole('searchbox').count(), 0);
});

test('the last question is the one that is answered', async () => {
  await page('late');
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'late'));
  await thread(shown);
  await shown.getByRole('link', { name: 'Search', exact: true }).click();
  const field = shown.getByRole('searchbox');
  await field.waitFor();
  /** @type {import('playwright-core').Route[]} */
  const held = [];
  await shown.route(/\/embed\/search\?.*q=(zeppelin|ferry)/, (route) => void held.push(route));
  for (const [n, words] of ['zeppelin', 'ferry'].entries()) {
    await field.fill(words);
    await field.press('Enter');
    await until(`the question for ${words}`, () => held.length === n + 1);
  }

  const body = '<section data-rj="found"><form><input type="search"></form><p data-rj="n_found">Too late</p></section>';
  await held[0]?.fulfill({ body, contentType: 'text/html' }).catch(() => {});
  await held[1]?.continue();
  await shown.getByText('2 comments found.').first().waitFor();

  assert.equal(await field.inputValue(), 'ferry');
  assert.equal(await shown.getByText('Too late').count(), 0);
  assert.equal(await shown.locator('[data-rj=found] li').count(), 2);
  assert.equal(await shown.locator('.rj-told').count(), 0);
});

test('what is typed while an answer comes stays', async () => {
  await page('typing');
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'typing'));
  await thread(shown);
  await shown.getByRole('link', { name: 'Search', exact: true }).click();
  const field = shown.getByRole('searchbox');
  await field.waitFor();
  /** @type {import('playwright-core').Route[]} */
  const held = [];
  await shown.route(/\/embed\/search\?.*q=ferry/, (route) => void held.push(route));
  await field.fill('ferry');
  await field.press('Enter');
  await until('the question to be on its way', () => held.length === 1);

  await field.fill('ferry at nine');
  await held[0]?.continue();
  await shown.getByText('2 comments found.').first().waitFor();

  assert.equal(await field.inputValue(), 'ferry at nine');
  assert.equal(await field.evaluate((it) => it.matches(':focus')), true);
});

test('what is refused is said in the language of the site, with script and without', async () => {
  await page('refused');
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'language', 'de');
  await until('the language to be German', async () =>
    (await shownTo('refused')).includes('lang="de"'));
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'refused'));
  await thread(shown);
  await shown.locator('[data-rj=search]').click();
  const field = shown.getByRole('searchbox');
  await field.fill('zu viele '.repeat(11));
  const said = 'Es kann nach höchstens 20 Wörtern gesucht werden.';

  await field.press('Enter');

  await shown.locator('[data-rj=status]', { hasText: said }).waitFor();
  await shown.locator(`[data-rj=find] .rj-told[data-told="${said}"]`).waitFor();
  await expectAccessible(shown);
  const query = new URLSearchParams({ site: desk.host.host, page: 'refused', q: 'zu viele '.repeat(11) });
  const plain = await open(desk.browser, `${desk.comments}/embed/search?${query}`, { script: false });
  await plain.getByText(said).waitFor();
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'language', 'en');
  await until('the language to be English', async () =>
    (await shownTo('refused')).includes('lang="en"'));
});

test('what a muted author says is neither shown nor counted', async () => {
  await page('mute');
  await desk.post('mute', 'My ferry is faster', { name: 'Bob Elm' });
  const shown = await open(desk.browser, storyAt(desk.host.origin, 'mute'));
  await thread(shown);
  const rude = shown.locator('[data-rj=comment]', { hasText: 'My ferry is faster' });
  await rude.getByRole('link', { name: 'Flag', exact: true }).click();
  await shown.getByRole('button', { name: 'Mute Bob Elm for me' }).press('Enter');
  await rude.getByText('you have muted this author').waitFor();
  await shown.getByRole('link', { name: 'Search', exact: true }).click();
  const field = shown.getByRole('searchbox');
  await field.fill('ferry');

  await field.press('Enter');

  await shown.getByText('2 comments found.').first().waitFor();
  assert.equal(await shown.locator('[data-rj=found] li').count(), 2);
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
