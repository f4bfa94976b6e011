import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk, sign, thread } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'reactions', 'Respect, I learned something');
});

after(() => desk.stop());

/** @param {Page} page @param {string} name */
const button = (page, name) => page.locator('.rj-react button').filter({ hasText: name });

/** @param {Page} page @param {string} name @param {string} n */
const shows = async (page, name, n) => {
  await page.locator('.rj-react button[value]').filter({ hasText: `${name} ${n}`.trim() }).waitFor();
};

test('a reaction is given and taken back by keyboard, and others see it live', async () => {
  await desk.post('react', 'The dam was repaired in 1987.');
  const [page, other] = [await desk.read('react'), await desk.read('react')];
  await page.locator('.rj-react summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await shows(page, 'Respect', '1');

  assert.equal(await button(page, 'Respect').getAttribute('aria-pressed'), 'true');
  await other.locator('.rj-react button[data-n="1"]').waitFor({ state: 'attached' });
  await expectAccessible(page);
  await page.reload();
  await thread(page);
  await page.locator('.rj-react > button[aria-pressed=true]').waitFor();
  await button(page, 'Respect').focus();
  await page.keyboard.press('Space');
  await page.locator('.rj-react button[value=respect][data-n="0"]').waitFor();
  assert.equal(await button(page, 'Respect').getAttribute('aria-pressed'), 'false');
  expectQuiet(page);
});

for (const width of [390, 1280]) {
  test(`React stands in the row with Reply, and stays there when it opens, ${width} px wide`, async () => {
    const id = await desk.post(`row-${width}`, 'In one row.');
    await desk.shows(`row-${width}`, id);
    const page = await desk.read(`row-${width}`, { width });
    await page.waitForFunction(() => {
      const root = document.querySelector('rejoinder-thread')?.shadowRoot;
      return root?.adoptedStyleSheets.length === 3;
    });
    const react = page.locator('.rj-react summary');
    const middle = async (/** @type {typeof react} */ it) => {
      const { y = 0, height = 0 } = (await it.boundingBox()) ?? {};
      return Math.round(y + height / 2);
    };
    const before = await react.boundingBox();
    assert.equal(await middle(react), await middle(page.locator('[data-rj=reply]')));
    assert.equal(await middle(react), await middle(page.locator('[data-rj=flag]')));

    await react.click();

    const { y = 0 } = (await button(page, 'Respect').boundingBox()) ?? {};
    assert.deepEqual(await react.boundingBox(), before);
    assert.ok(y >= (before?.y ?? 0) + (before?.height ?? 0));
    await expectAccessible(page);
  });
}

test('fingers find the reactions, in the dark too', async () => {
  const id = await desk.post('touch', 'Rain again.');
  await desk.shows('touch', id);
  const page = await desk.read('touch', { width: 390, scheme: 'dark' });
  await page.locator('.rj-react summary').tap();
  await button(page, 'I learned something').tap();
  await shows(page, 'I learned something', '1');

  const box = await button(page, 'I learned something').boundingBox();
  assert.ok((box?.height ?? 0) >= 24);
  await expectAccessible(page);
  expectQuiet(page);
});

test('without script a reaction is a form', async () => {
  const id = await desk.post('plain', 'Plain.');
  await desk.shows('plain', id);
  const page = await open(desk.browser, desk.embed('plain'), { script: false });
  await page.locator('.rj-react summary').click();
  await button(page, 'Respect').click();
  await shows(page, 'Respect', '1');
  await expectAccessible(page);
});

test('one’s own comment takes none, and says why', async () => {
  const page = await desk.read('own');
  await page.locator('[name=text]').fill('Mine.');
  await sign(page.locator('#compose'), 'Kim');
  await page.getByRole('button', { name: 'Post' }).click();
  await page.locator('.rj-react summary').click();
  await button(page, 'Respect').click();
  await page.getByText('You cannot react to your own comment.').waitFor();
  assert.equal(await button(page, 'Respect').getAttribute('aria-pressed'), 'false');
});
