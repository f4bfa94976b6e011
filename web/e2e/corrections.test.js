import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, signedIn, storyAt, thread } from './paper.js';
import { attach } from './sound.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {Page} Where an editor is signed in. */
let eda;
/** Where editors see to the recording. */
let one = '';

before(async () => {
  // Readers of one network do not confirm each other: here each says of which they are.
  desk = await openDesk({ REJOINDER_TRUSTED_PROXIES: '127.0.0.1' });
  eda = await colleague(desk, 'Eda', 'editor');
  await desk.post('meeting', 'Good evening.');
  one = await attach(eda, desk, 'meeting');
});
after(() => desk.stop());

/** A reader of another network each time. */
let n_readers = 0;

/** @param {{width?: number, scheme?: 'light' | 'dark'}} [as] @returns {Promise<Page>} */
async function reader({ width = 1280, scheme = 'light' } = {}) {
  const context = await desk.browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    hasTouch: width < 600,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  const network = `203.0.113.${(n_readers += 1)}`;
  // What a proxy would say; a header of the page's own would be asked about first.
  await context.route(`${desk.comments}/**`, (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-forwarded-for': network } }),
  );
  const page = await open(context, storyAt(desk.host.origin, 'meeting'));
  await thread(page);
  await page.getByRole('link', { name: 'Read along' }).press('Enter');
  await cues(page).first().waitFor();
  return page;
}

/** @param {Page} page */
const cues = (page) => page.locator('[data-rj=cues] li');

/** @param {Page} page */
const form = (page) => page.locator('form[data-rj=propose]');

/**
 * Propose another text for a line.
 *
 * @param {Page} page
 * @param {number} nth
 * @param {{text: string, name: string}} said
 */
async function propose(page, nth, { text, name }) {
  await cues(page).nth(nth).getByRole('link', { name: 'Correct this line' }).press('Enter');
  await form(page).locator('[name=text]').fill(text);
  await form(page).locator('[name=name]').fill(name);
  await form(page).getByRole('button', { name: 'Propose it' }).click();
  await page.getByText('Your correction stands beside its line.').waitFor();
}

/** @param {Page} page */
const confirm = (page) => page.getByRole('button', { name: 'Confirm' }).click();

test('a correction is proposed in its place, and is the transcript’s once two others confirm it', async () => {
  const [ann, bob, eve] = [await reader(), await reader(), await reader()];
  const line = cues(ann).nth(2);
  await line.getByRole('link', { name: 'Correct this line' }).press('Enter');
  await form(ann).waitFor();
  assert.equal(await form(ann).locator('[name=text]').inputValue(), 'It leaks, and the roof is old.');
  assert.equal(await form(ann).locator('[name=speaker]').inputValue(), 'Clerk');
  await expectAccessible(ann);
  await ann.keyboard.press('Escape');
  await form(ann).waitFor({ state: 'detached' });
  assert.ok(await ann.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.matches('.rj-correct')));

  await propose(ann, 2, { text: 'It leaks, and the roof is cold.', name: 'Ann' });
  await line.locator('del', { hasText: 'old' }).waitFor();
  await line.locator('ins', { hasText: 'cold' }).waitFor();
  await expectAccessible(ann);

  for (const page of [bob, eve]) {
    await page.reload();
    await thread(page);
    await page.getByRole('link', { name: 'Read along' }).press('Enter');
    await confirm(page);
    await page.getByText('You have confirmed it.').waitFor();
  }

  await cues(eve).nth(2).getByText('It leaks, and the roof is cold.').waitFor();
  assert.equal(await eve.locator('[data-rj=proposal]').count(), 0);
  await eve.getByText('Readers have corrected this transcript.').waitFor();
  for (const page of [ann, bob, eve]) {
    expectQuiet(page);
  }
});

test('nobody confirms their own, and what is wrong is said at its field', async () => {
  const ann = await reader();
  await propose(ann, 1, { text: 'The hoof is the first matter.', name: 'Ann' });

  await cues(ann).nth(1).getByRole('button', { name: 'Confirm' }).click();
  await ann.getByText('You cannot confirm your own correction.').waitFor();

  await cues(ann).nth(0).getByRole('link', { name: 'Correct this line' }).press('Enter');
  await form(ann).locator('[name=text]').fill('See https://spam.example/ for more');
  await form(ann).getByRole('button', { name: 'Propose it' }).click();
  await form(ann).locator('.rj-error:not([hidden])').first().waitFor();
  const [invalid, described] = await form(ann)
    .locator('[name=text]')
    .evaluate((field) => [field.ariaInvalid, field.getAttribute('aria-describedby')]);
  assert.equal(invalid, 'true');
  assert.ok(described);
  assert.equal(await form(ann).locator('[name=text]').inputValue(), 'See https://spam.example/ for more');
  await expectAccessible(ann);
});

test('a missing line is proposed by its times, and an editor’s word is enough for it', async () => {
  const ann = await reader({ width: 390, scheme: 'dark' });
  await ann.getByRole('link', { name: 'Add a missing line' }).press('Enter');
  await form(ann).locator('[name=from]').fill('0:36');
  await form(ann).locator('[name=until]').fill('0:38');
  await form(ann).locator('[name=text]').fill('Good night.');
  await form(ann).locator('[name=name]').fill('Ann');
  await expectAccessible(ann);
  assert.ok(await ann.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await form(ann).getByRole('button', { name: 'Propose it' }).click();
  await ann.getByText('A reader proposes a line at 0:36').waitFor();

  const page = await open(eda.context(), storyAt(desk.host.origin, 'meeting'));
  await thread(page);
  await page.getByRole('link', { name: 'Read along' }).press('Enter');
  await page.locator('[data-rj=proposal]', { hasText: 'Good night.' }).getByRole('button').click();

  await cues(page).getByText('Good night.').waitFor();
  await page.close();
});

test('the newsroom decides by keys, and the bell tells who proposed it', async () => {
  const home = new URL(desk.embed('meeting'));
  const zoe = await signedIn(desk, 'zoe@reader.example', home.pathname + home.search);
  await zoe.getByRole('link', { name: 'Read along' }).press('Enter');
  for (const [nth, text] of /** @type {const} */ ([[0, 'Good evening, all.'], [3, 'Then let us stay.']])) {
    await cues(zoe).nth(nth).getByRole('link', { name: 'Correct this line' }).press('Enter');
    await form(zoe).locator('[name=text]').fill(text);
    await form(zoe).getByRole('button', { name: 'Propose it' }).click();
    await cues(zoe).nth(nth).locator('[data-rj=proposal]').waitFor();
  }

  await eda.goto(`${one}#proposals`);
  await expectAccessible(eda);
  const waiting = (/** @type {string} */ text) => eda.locator('[data-nr=proposal]', { hasText: text });
  await waiting('all').focus();
  await eda.keyboard.press('a');
  await eda.getByText('Accepted. The transcript says it now.').waitFor();
  await waiting('stay').focus();
  await eda.keyboard.press('d');
  await eda.keyboard.type('They did go home.');
  await eda.keyboard.press('Tab');
  await eda.keyboard.press('Enter');
  await eda.getByText('Declined.').waitFor();
  await expectAccessible(eda);

  await zoe.reload();
  await zoe.getByText('2 new notices').waitFor();
  await zoe.locator('[data-rj=bell]').press('Enter');
  const list = zoe.locator('[data-rj=notices]');
  await list.getByText('Your correction of “The meeting” is in the transcript').waitFor();
  await list.getByText('The newsroom declined your correction').waitFor();
  await list.getByText('They did go home.').waitFor();
  await expectAccessible(zoe);
  expectQuiet(eda);

  await list.getByRole('link', { name: 'is in the transcript' }).click();
  await zoe.locator('.rj-cues [aria-current]').getByText('Good evening, all.').waitFor();
});

test('a transcript that is shown anew is followed once', async () => {
  const page = await reader();
  await page.evaluate(() => {
    const all = EventTarget.prototype;
    const { addEventListener } = all;
    const counted = /** @type {any} */ (globalThis);
    counted.n_listeners = 0;
    all.addEventListener = function (/** @type {string} */ type, /** @type {any} */ heard, /** @type {any} */ how) {
      if (this instanceof HTMLMediaElement && type === 'timeupdate') {
        counted.n_listeners += 1;
        how?.signal?.addEventListener('abort', () => (counted.n_listeners -= 1));
      }
      return addEventListener.call(this, type, heard, how);
    };
  });
  const n = () => page.evaluate(() => /** @type {any} */ (globalThis).n_listeners);
  for (const [from, until] of [['0:38', '0:39'], ['0:39', '0:40']]) {
    await page.getByRole('link', { name: 'Add a missing line' }).press('Enter');
    await form(page).locator('[name=from]').fill(`${from}`);
    await form(page).locator('[name=until]').fill(`${until}`);
    await form(page).locator('[name=text]').fill(`A line at ${from}`);
    // Whoever said it once is known.
    if (await form(page).locator('[name=name]').count()) {
      await form(page).locator('[name=name]').fill('Ann');
    }
    await form(page).getByRole('button', { name: 'Propose it' }).click();
    await form(page).waitFor({ state: 'detached' });
  }

  await until('the old listeners to be gone', async () => (await n()) <= 2);
});
