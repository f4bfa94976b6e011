import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { openDesk, texts, thread, write } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

/** The browsers that say where an app goes, and those that do not. */
const BROWSERS = [
  { what: 'with the Navigation API', lacks: '' },
  { what: 'without the Navigation API', lacks: 'navigation' },
];

/**
 * A kept element on a story of the app.
 *
 * @param {string} lacks
 * @param {string} path
 */
async function app(lacks, path) {
  const context = await desk.browser.newContext({ locale: 'en-GB', timezoneId: 'UTC' });
  await context.addInitScript((lacks) => {
    if (lacks) {
      Object.defineProperty(globalThis, lacks, { value: undefined });
    }
  }, lacks);
  const page = await open(context, desk.host.origin + path);
  await thread(page);
  return page;
}

/** Go on as an app does, and show the headline. @param {Page} page @param {string} path */
async function go(page, path) {
  await page.evaluate((path) => {
    history.pushState(null, '', path);
    Object.assign(document.querySelector('h1') ?? {}, { textContent: path });
  }, path);
}

for (const { what, lacks } of BROWSERS) {
  test(`a kept thread follows its app ${what}`, async () => {
    const at = `/kept/follow${lacks}`;
    await desk.post(`${desk.host.origin}${at}/1`, 'On the first');
    await desk.post(`${desk.host.origin}${at}/2`, 'On the second');
    const page = await app(lacks, `${at}/1`);
    await page.getByText('On the first').waitFor();

    await go(page, `${at}/2`);
    await page.getByText('On the second').waitFor();
    await thread(page);
    const form = page.locator('#compose');
    await form.locator('textarea').click();
    await write(form, { text: 'Written on the second', name: 'Ann Lee' });
    await form.locator('[data-rj=send]').click();
    await page.getByText('Your comment is posted.').waitFor();
    assert.deepEqual(await texts(page), ['Written on the second', 'On the second']);

    await page.goBack();
    await until('the first alone to be there', async () => isDeepStrictEqual(await texts(page), ['On the first']));
    expectQuiet(page);
  });

  test(`a draft stays with its page when the app goes on ${what}`, async () => {
    const at = `/kept/draft${lacks}`;
    await desk.post(`${desk.host.origin}${at}/1`, 'On the first');
    await desk.post(`${desk.host.origin}${at}/2`, 'On the second');
    const page = await app(lacks, `${at}/1`);
    await page.locator('#compose textarea').click();
    await page.locator('#compose textarea').fill('Half said');

    await go(page, `${at}/2`);
    await page.getByText('On the second').waitFor();
    await thread(page);
    assert.equal(await page.locator('#compose textarea').inputValue(), '');

    await page.goBack();
    await page.getByText('On the first').waitFor();
    await thread(page);
    await page.waitForFunction(() => {
      const root = document.querySelector('rejoinder-thread')?.shadowRoot;
      return root?.querySelector('textarea')?.value === 'Half said';
    });
    expectQuiet(page);
  });

  test(`a canonical address that comes later is followed ${what}`, async () => {
    const at = `/kept/canonical${lacks}`;
    const address = (/** @type {string} */ name) => `${desk.host.origin}${at}/${name}`;
    await desk.post(address('one'), 'On the first');
    await desk.post(address('two'), 'On the second');
    const page = await app(lacks, `${at}/1?canonical=${encodeURIComponent(address('one'))}`);
    await page.getByText('On the first').waitFor();

    await page.evaluate((path) => history.pushState(null, '', path), `${at}/2`);
    await page.evaluate((href) => {
      document.querySelector('link[rel=canonical]')?.setAttribute('href', href);
    }, address('two'));
    await page.getByText('On the second').waitFor();

    assert.deepEqual(await texts(page), ['On the second']);
    expectQuiet(page);
  });
}

test('a canonical address that the app has left behind counts no more', async () => {
  const first = `${desk.host.origin}/kept/left/1`;
  await desk.post(first, 'On the first');
  await desk.post(`${desk.host.origin}/kept/left/2`, 'On the second');
  const page = await app('', `/kept/left/1?canonical=${encodeURIComponent(first)}`);
  await page.getByText('On the first').waitFor();

  await go(page, '/kept/left/2');
  await page.getByText('On the second').waitFor();
  await page.goBack();
  await page.getByText('On the first').waitFor();

  expectQuiet(page);
});

test('an app that says nothing of where it went cannot have a comment on the page before', async () => {
  const at = '/kept/silent';
  await desk.post(`${desk.host.origin}${at}/1`, 'On the first');
  await desk.post(`${desk.host.origin}${at}/2`, 'On the second');
  const page = await app('navigation', `${at}/1`);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'For the first', name: 'Ann Lee' });

  await page.evaluate((path) => history.pushState(null, '', path), `${at}/2`);
  await form.locator('[data-rj=send]').click();
  await page.getByText('On the second').waitFor();

  assert.deepEqual(await texts(page), ['On the second']);
  await page.goBack();
  await page.getByText('On the first').waitFor();
  assert.deepEqual(await texts(page), ['On the first']);
  expectQuiet(page);
});

test('a key that the thread uses is no shortcut of the page as well, and any other is', async () => {
  await desk.post(`${desk.host.origin}/kept/next`, 'Press n');
  const page = await app('', '/kept/next');
  await page.evaluate(() => {
    const heard = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { heard });
    document.addEventListener('keydown', ({ key }) => heard.push(key));
  });
  await page.locator('article [data-rj=reply]').focus();
  for (const key of ['n', 'p', 'x']) {
    await page.keyboard.press(key);
  }

  const heard = await page.evaluate(() => /** @type {any} */ (globalThis).heard);
  assert.deepEqual(heard, ['x']);
});

test('what is typed is no shortcut of the page, but Escape and Tab are heard', async () => {
  await desk.post(`${desk.host.origin}/kept/keys`, 'Press a key');
  const page = await app('', '/kept/keys');
  await page.evaluate(() => {
    const heard = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { heard });
    for (const type of /** @type {const} */ (['keydown', 'keypress', 'keyup'])) {
      document.addEventListener(type, ({ key }) => heard.push(key));
    }
  });
  await page.locator('#compose textarea').click();
  await page.keyboard.type('s/?');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Meta+s');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');

  const heard = /** @type {string[]} */ (
    await page.evaluate(() => /** @type {any} */ (globalThis).heard)
  );
  assert.deepEqual([...new Set(heard)].sort(), ['Escape', 'Tab']);
  assert.equal(await page.locator('#compose textarea').inputValue(), 's/?');
});
