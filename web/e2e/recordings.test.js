import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, storyAt, thread } from './paper.js';
import { LENGTH, TRANSCRIPT, file } from './sound.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {Page} Where an editor is signed in. */
let eda;

before(async () => {
  desk = await openDesk();
  eda = await colleague(desk, 'Eda', 'editor');
  await desk.post('meeting', 'Listen to 0:12 – 0:20, and to 0:30 til the end.');
  await desk.post('meeting', 'They meet at 10:30 am.');
});
after(() => desk.stop());

/** @param {Page} page */
const media = (page) => page.locator('[data-rj=media]');

/** Wait until the recording of the page is at a second. @param {Page} page @param {number} from @param {number} to */
const at = (page, from, to) =>
  until(`${from} s`, async () => {
    const now = await media(page).evaluate((sound) => /** @type {HTMLMediaElement} */ (sound).currentTime);
    return now >= from && now <= to;
  });

test('an editor uploads a recording, its transcript and a cut of it', async () => {
  const list = `${desk.comments}/edit/${desk.host.host}/recordings`;
  await eda.goto(list);
  await expectAccessible(eda);
  await eda.locator('[name=page]').fill('meeting');
  await eda.locator('[name=title]').fill('The meeting');
  await eda.locator('input[type=file]').setInputFiles(file('meeting.wav', () => true));
  await eda.getByRole('button', { name: 'Attach' }).click();
  await eda.waitForURL(/did=attached/);
  await until('the recording to be read', async () => {
    await eda.reload();
    return (await eda.locator('audio').count()) === 1;
  });

  await eda.locator('[name=text]').fill(TRANSCRIPT);
  await eda.locator('[name=status]').selectOption('approved');
  await eda.getByRole('button', { name: 'Save the transcript' }).click();
  await eda.waitForURL(/did=saved/);
  await eda.goto(eda.url().replace(/\?.*/, ''));
  await eda.locator('[name=chapters]').fill('0:00 Opening\n0:05 The roof\n0:20 Home');
  await eda.getByRole('button', { name: 'Save the chapters' }).click();
  await eda.waitForURL(/did=saved/);
  const cut = eda.locator('form[data-nr=attach]');
  await cut.locator('[name=title]').fill('The town’s clip');
  await cut.locator('input[type=file]').setInputFiles(file('clip.wav', (second) => second < 12 || second >= 20));
  await cut.getByRole('button', { name: 'Compare' }).click();
  await eda.waitForURL(/did=attached/);
  await until('the cut to be compared', async () => {
    await eda.reload();
    return (await eda.getByText('are not in it').count()) === 1;
  });
  await expectAccessible(eda);
  expectQuiet(eda);
});

test('a time in a comment plays its part, without leaving the page', async () => {
  const page = await desk.read('meeting');
  await until('the comments to be looked at once more', async () => {
    await page.reload();
    await thread(page);
    return (await page.locator('.rj-text .rj-time').count()) === 2;
  });

  await page.locator('.rj-time').first().click();
  await at(page, 12, 20);

  await page.locator('.rj-time').nth(1).click();
  await at(page, 30, LENGTH);
  assert.equal(new URL(page.url()).hash, '');
  expectOnlyAsked(page, [desk.comments, desk.host.origin]);
  expectQuiet(page);
});

test('a reader reads along, searches, cites a line and copies its address', async () => {
  const page = await desk.read('meeting');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('link', { name: 'Read along' }).press('Enter');
  const cues = page.locator('[data-rj=cues] li');
  await cues.first().waitFor();
  await expectAccessible(page);

  await cues.nth(1).getByRole('link').first().press('Enter');
  await at(page, 5, 12.5);
  await until('the line that is heard', async () => (await cues.nth(1).getAttribute('aria-current')) === 'true');

  await page.locator('[data-rj=find] input').fill('RÓOF');
  await page.getByText('2 places').waitFor();

  await page.getByRole('button', { name: 'Quote in a comment' }).click();
  const form = page.locator('form[data-rj=compose]').first();
  assert.match(await form.locator('textarea').inputValue(), /^> .*The roof is the first matter\.\n> \(0:05 – 0:13\)/);

  await media(page).evaluate((sound) => /** @type {HTMLMediaElement} */ (sound).pause());
  await page.getByRole('button', { name: /^Copy link/ }).click();
  await page.getByText('The link is copied.').waitFor();
  expectQuiet(page);
});

test('a chapter leads to its place, and the one that is heard is marked', async () => {
  const page = await desk.read('meeting');
  await page.getByRole('link', { name: 'Read along' }).click();
  const chapters = page.locator('[data-rj=chapters]');

  await chapters.getByRole('link', { name: '0:20 Home' }).press('Enter');

  await at(page, 20, 40);
  await chapters.locator('[aria-current]').getByText('Home').waitFor();
  await media(page).evaluate((sound) => /** @type {HTMLMediaElement} */ (sound).pause());
  expectQuiet(page);
});

test('an address with a time goes to its place, and a comment that cites it is found there', async () => {
  const page = await open(desk.browser, `${storyAt(desk.host.origin, 'meeting')}#t=20`);
  await thread(page);
  await at(page, 20, 20.1);
  await page.locator('[data-rj=cues]').waitFor();

  await page.locator('.rj-cited').first().click();

  await page.locator('[data-rj=comment][data-marked]').getByText('Listen to').waitFor();
  expectQuiet(page);
});

for (const [width, scheme] of /** @type {const} */ ([[390, 'dark'], [768, 'light'], [1280, 'light']])) {
  test(`what was left out stands beside the recording, ${width} wide`, async () => {
    const page = await desk.read('meeting', { width, scheme });
    await page.getByRole('link', { name: 'Read along' }).click();
    const out = page.locator('.rj-left-out');
    await out.first().waitFor();

    assert.equal(await out.count(), 1);
    assert.match(await out.innerText(), /0:12 – 0:20/);
    assert.match(await out.innerText(), /It leaks, and the roof is old/);
    await expectAccessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));

    await out.getByRole('link').click();
    await at(page, 12, 20);
    expectQuiet(page);
  });
}

test('what is said is found among all recordings, and leads to its time, without script', async () => {
  const list = `${desk.comments}/recordings/${desk.host.host}`;
  const page = await open(desk.browser, list, { script: false, width: 390 });
  await page.getByRole('link', { name: 'The meeting' }).waitFor();
  await page.getByRole('searchbox').fill('RÓOF old');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('It leaks, and the roof is old.').waitFor();
  await expectAccessible(page);

  await page.getByTitle('Play from 12 seconds').click();

  await page.locator('[aria-current]').getByText('It leaks').waitFor();
  await page.getByRole('link', { name: 'Search all recordings' }).click();
  await page.getByRole('searchbox').fill('nothing of the kind');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Nothing was found.').waitFor();
});

test('a place in the article has the player, and a comment’s time moves it there', async () => {
  const place = `${desk.host.origin}/listen?page=meeting&csp=strict`;
  const page = await open(desk.browser, place);
  await thread(page);
  const there = page.locator('rejoinder-player');
  await there.locator('[data-rj=media]').waitFor();
  assert.equal(await media(page).count(), 1);

  await page.locator('rejoinder-thread .rj-text .rj-time').first().click();
  await at(page, 12, 20);
  await there.getByRole('link', { name: 'Read along' }).press('Enter');
  await there.locator('[data-rj=cues] li').nth(1).getByRole('link').first().press('Enter');
  await at(page, 5, 12.5);
  await media(page).evaluate((sound) => /** @type {HTMLMediaElement} */ (sound).pause());
  await expectAccessible(page);

  await there.getByRole('button', { name: 'Quote in a comment' }).click();
  const form = page.locator('rejoinder-thread form[data-rj=compose]').first();
  assert.match(await form.locator('textarea').inputValue(), /The roof is the first matter/);
  await form.locator('textarea').fill('');
  await page.locator('[data-rj=sort]').selectOption('oldest');
  await until('the other order', async () => (await page.locator('article .rj-text').first().innerText()).startsWith('Listen'));
  assert.equal(await media(page).count(), 1);
  assert.equal(await there.locator('[data-rj=media]').count(), 1);

  await there.evaluate((element) => element.remove());
  await page.locator('rejoinder-thread [data-rj=media]').waitFor();
  assert.equal(await media(page).count(), 1);
  expectQuiet(page);
});

test('without script the recording is heard and read on a page of its own', async () => {
  const page = await open(desk.browser, desk.embed('meeting'), { script: false });
  await page.getByRole('link', { name: 'Read along' }).click();
  const cues = page.locator('.rj-cues');
  await cues.getByText('It leaks, and the roof is old.').waitFor();
  await cues.getByTitle('Play from 12 seconds').click();

  await page.locator('[aria-current]').getByText('It leaks').waitFor();
  assert.match((await media(page).getAttribute('src')) ?? '', /#t=12\.5$/);
  await expectAccessible(page);
});
