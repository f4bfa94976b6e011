import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { WAYS_TO_LOAD } from './hostsite/server.js';
import { openDesk, storyAt, texts, thread, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

for (const way of WAYS_TO_LOAD) {
  test(`a thread is shown and written in where the loader comes by: ${way}`, async () => {
    await desk.post(`by-${way}`, 'Here');
    const address = `${storyAt(desk.host.origin, `by-${way}`)}&script=${way}`;
    const page = await open(desk.browser, address);
    await thread(page);
    const form = page.locator('#compose');
    await form.locator('textarea').click();
    await write(form, { text: 'Here, too', name: 'Ann Lee' });
    await form.locator('[data-rj=send]').click();
    await page.getByText('Your comment is posted.').waitFor();

    assert.deepEqual(await texts(page), ['Here, too', 'Here']);
    expectQuiet(page);
  });
}

test('a thread stands in the shadow root of another element', async () => {
  await desk.post('nested', 'In the shade');
  const page = await open(desk.browser, `${desk.host.origin}/empty`);
  await page.evaluate((site) => {
    const outer = document.body.appendChild(document.createElement('div'));
    const inner = document.createElement('rejoinder-thread');
    inner.setAttribute('site', site);
    inner.setAttribute('page', 'nested');
    outer.attachShadow({ mode: 'open' }).append(inner);
  }, desk.host.host);

  await thread(page);

  assert.deepEqual(await texts(page), ['In the shade']);
  expectQuiet(page);
});

test('a thread is shown in its style where style sheets cannot be constructed', async () => {
  await desk.post('old', 'Seen by an old browser');
  const context = await desk.browser.newContext();
  await context.addInitScript(() => {
    for (const type of [Document, ShadowRoot]) {
      delete (/** @type {any} */ (type.prototype).adoptedStyleSheets);
    }
    Object.assign(globalThis, { CSSStyleSheet: undefined });
  });
  const page = await open(context, `${storyAt(desk.host.origin, 'old')}&csp=strict`);
  await thread(page);

  assert.deepEqual(await texts(page), ['Seen by an old browser']);
  await page.locator('.rj-comment .rj-avatar').waitFor();
  const position = await page.locator('.rj-comment .rj-avatar').evaluate((it) => getComputedStyle(it).position);
  assert.equal(position, 'absolute');
  expectQuiet(page);
});

test('a reader who saves data is shown links without previews, in any order', async () => {
  await desk.post('thrifty', 'Without pictures');
  await desk.post('thrifty', 'And to be sorted');
  const context = await desk.browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  const page = await open(context, storyAt(desk.host.origin, 'thrifty'));
  await thread(page);
  await page.locator('[data-rj=thread][data-hushed]').waitFor();

  await page.locator('select[name=sort]').selectOption('oldest');
  await page.locator('[data-rj=thread][data-sort=oldest]').waitFor();

  assert.equal(await page.locator('[data-rj=thread][data-hushed]').count(), 1);
  expectQuiet(page);
});

test('a page with a small root font changes no size', async () => {
  await desk.post('small', 'As large as ever');
  const sizes = async (/** @type {string} */ rest) => {
    const page = await open(desk.browser, storyAt(desk.host.origin, 'small') + rest);
    await thread(page);
    await page.locator('#compose textarea').click();
    await page.locator('#compose [data-rj=send]').waitFor();
    await expectAccessible(page);
    return page.locator('[data-rj=thread] :not(.rj-when, time)').evaluateAll((all) =>
      all.map((it) => {
        const { width, height } = it.getBoundingClientRect();
        const label = `${it.localName}.${it.className}`;
        return `${label} ${Math.round(width)} × ${Math.round(height)}`;
      }),
    );
  };

  assert.deepEqual(await sizes('&root=small'), await sizes(''));
});
