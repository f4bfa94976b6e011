import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectQuiet, open } from './browser.js';
import { WAYS_TO_LOAD } from './hostsite/server.js';
import { openDesk } from './paper.js';

/** What web servers take for an address unless they are told otherwise, in bytes. */
const MAX_ADDRESS = 8_000;

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

/** @param {number} n */
function story(n) {
  return new URL(`/новини/${'паром-повертається-'.repeat(4)}${n}`, desk.host.origin).href;
}

for (const way of WAYS_TO_LOAD) {
  test(`comments are counted where the counter comes by: ${way}`, async () => {
    await desk.post(story(1), `Counted by ${way}`);
    const page = await open(desk.browser, `${desk.host.origin}/front?script=${way}`);

    await page.waitForFunction(() =>
      [...document.querySelectorAll('a')].every((link) => /^\d+$/.test(link.textContent ?? '')),
    );

    const [first, second] = await page.locator('a').allInnerTexts();
    assert.equal(first, '0');
    assert.ok(Number(second) >= 1);
    expectQuiet(page);
  });
}

test('a front page of any length is counted by addresses that every server takes', async () => {
  await desk.post(story(59), 'Far down');
  const page = await open(desk.browser, `${desk.host.origin}/empty?script=none`);
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/counts')) {
      asked.push(request.url());
    }
  });

  await page.goto(`${desk.host.origin}/front?n=60`);
  await page.waitForFunction(() =>
    [...document.querySelectorAll('a')].every((link) => link.textContent !== ''),
  );

  assert.equal(await page.locator('a').last().innerText(), '1');
  assert.ok(asked.length > 1);
  assert.ok(asked.every((address) => address.length < MAX_ADDRESS));
  expectQuiet(page);
});

test('places that come later, or change what they count, are filled too', async () => {
  await desk.post(`${desk.host.origin}/later`, 'One');
  const page = await open(desk.browser, `${desk.host.origin}/front?n=1`);
  await page.evaluate((counted) => {
    document.querySelector('main')?.insertAdjacentHTML(
      'beforeend',
      `<b data-rejoinder-count="${counted}"></b>`,
    );
  }, `${desk.host.origin}/later`);
  const place = page.locator('b');
  await place.getByText('1').waitFor();

  await place.evaluate((it) => it.setAttribute('data-rejoinder-count', 'never-seen'));
  await place.getByText('0').waitFor();

  expectQuiet(page);
});
