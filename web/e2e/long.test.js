import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectQuiet, open } from './browser.js';
import { openDesk, storyAt } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {string[]} */
const ids = [];

before(async () => {
  desk = await openDesk();
  for (let n = 1; n <= 18; n += 1) {
    const text = `Comment ${n}\n\n${'And another paragraph of it. '.repeat(n * 5)}`;
    const root = await desk.post('long', text);
    ids.push(root, await desk.post('long', `Reply to ${n}`, { parent: root }));
  }
  await desk.shows('long', ids.at(-1) ?? '');
});
after(() => desk.stop());

test('a vote and a reply form change nothing of other comments', async () => {
  const page = await desk.read('long');
  // Whoever uses the thread for the first time has seen what is there.
  await page.locator('article .rj-text').first().click();
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes('newest')));
  await page.locator('[data-rj=thread]').evaluate((section) => {
    /** @type {Set<string>} */
    const changed = new Set();
    Object.assign(globalThis, { changed });
    new MutationObserver((records) => {
      for (const { target } of records) {
        const element = /** @type {Element} */ (target instanceof Element ? target : target.parentElement);
        const comment = element.closest('[data-id]') ?? element.closest('li')?.querySelector('[data-id]');
        changed.add(comment?.getAttribute('data-id') ?? `${element.localName}.${element.className}`);
      }
    }).observe(section, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  const id = ids[20] ?? '';
  const comment = page.locator(`[data-id="${id}"]`);

  await comment.locator('[data-rj=up]').click();
  await comment.locator('[data-rj=up][aria-pressed=true]').waitFor();
  await comment.locator('[data-rj=reply]').click();
  await page.locator('li textarea:focus').waitFor();

  const changed = await page.evaluate(() => [.../** @type {any} */ (globalThis).changed]);
  assert.deepEqual(changed, [id]);
  expectQuiet(page);
});

test('a link leads into the middle of a long thread, and stays there', async () => {
  for (const id of [ids[8], ids[21], ids[34]]) {
    const page = await open(desk.browser, `${storyAt(desk.host.origin, 'long')}#comment-${id}`);
    await page.locator(`[data-marked][data-id="${id}"]:focus`).waitFor();

    const places = await page.locator('[data-marked]').evaluate(async (comment) => {
      const all = [];
      for (let n = 0; n < 6; n += 1) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const { top, bottom } = comment.getBoundingClientRect();
        all.push({ top: Math.round(top), isSeen: bottom > 0 && top < innerHeight });
      }
      return all;
    });
    assert.ok(places.every(({ isSeen }) => isSeen), JSON.stringify(places));
    assert.equal(places.at(-1)?.top, places.at(-2)?.top);
    await page.context().close();
  }
});

test('what is out of sight is printed, and reached by the keyboard', async () => {
  const page = await desk.read('long');
  const last = page.locator(`[data-id="${ids[0]}"]`);

  await last.locator('[data-rj=reply]').focus();

  const { top, bottom } = await last.evaluate((comment) => comment.getBoundingClientRect());
  assert.ok(bottom > 0 && top < 900, `it stands at ${top}`);
  await page.emulateMedia({ media: 'print' });
  const skipped = await page.locator('.rj-list > li').evaluateAll((items) =>
    items.filter((item) => getComputedStyle(item).contentVisibility !== 'visible').length,
  );
  assert.equal(skipped, 0);
});
