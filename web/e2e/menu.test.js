import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, watched } from './browser.js';
import { until } from './harness.js';
import { openDesk, signedIn, storyAt, thread, write } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
});
after(() => desk.stop());

/** The thread's own page for Ann, who has an account. @param {string} name @param {string} email */
async function home(name, email) {
  const { pathname, search } = new URL(desk.embed(name));
  const page = await signedIn(desk, email, pathname + search);
  await thread(page);
  return page;
}

/** The row says who reads, and the bell is there. @param {Page} page */
async function expectAnn(page) {
  await page.locator('[data-rj=me]:not([hidden]) b', { hasText: 'Ann' }).waitFor();
  await page.locator('[data-rj=bell]:not([hidden])').waitFor();
}

/** What has the focus, by its name. @param {Page} page */
function focused(page) {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement instanceof HTMLElement && (activeElement.dataset['rj'] ?? activeElement.localName);
  });
}

test('whatever of the thread is shown, the row above it says who reads', async () => {
  let parent = await desk.post('each', 'Level 0');
  for (let n = 1; n <= 10; n += 1) {
    parent = await desk.post('each', `Level ${n}`, { parent });
  }
  await desk.post('each', 'Above');
  const page = await home('each', 'ann@reader.example');
  await expectAnn(page);

  await page.locator('[data-rj=sort]').selectOption('oldest');
  await page.locator('[data-rj=thread][data-sort=oldest]').waitFor();
  await expectAnn(page);

  await page.locator('[data-rj=branch]').click();
  await page.getByText('Level 10').waitFor();
  await expectAnn(page);
  await expectAccessible(page);

  await page.locator('[data-rj=back]').click();
  await page.getByText('Above').waitFor();
  await expectAnn(page);
  expectQuiet(page);
});

test('on a phone who reads stands beside the count, and what opens there leaves what was pressed', async () => {
  await desk.post('small', 'First');
  await desk.post('small', 'Second');
  const page = await home('small', 'lea@reader.example');
  await expectAnn(page);
  await page.setViewportSize({ width: 390, height: 844 });
  const [count, me] = await Promise.all([page.locator('.rj-count'), page.locator('[data-rj=me]')].map((it) => it.boundingBox()));
  assert.ok(count && me && me.x > count.x && me.y < count.y + count.height, 'not on one line');
  for (const name of ['me', 'notify']) {
    const summary = page.locator(`[data-rj=${name}] summary`);
    const before = await summary.boundingBox();
    const { y = 0, height = 0 } = before ?? {};

    await summary.click();

    const opened = page.locator(`[data-rj=${name}] > :not(summary)`);
    await opened.waitFor();
    assert.deepEqual(await summary.boundingBox(), before);
    assert.ok(((await opened.boundingBox())?.y ?? 0) >= y + height);
    await expectAccessible(page);
    await summary.click();
  }
});

for (const width of [390, 1280]) {
  test(`nothing moves when it is known who reads, ${width} px wide`, async () => {
    const name = `still-${width}`;
    const mail = `tom-${width}@reader.example`;
    const writer = await home(name, mail);
    await writer.locator('#compose textarea').click();
    await write(writer.locator('#compose'), { text: 'What do you think?' });
    await writer.locator('#compose [data-rj=send]').click();
    await writer.getByText('Your comment is posted.').waitFor();
    const parent = (await writer.locator('[data-id]').getAttribute('data-id')) ?? '';
    const reply = await desk.post(name, 'A good question', { parent });
    await desk.post(name, 'Another matter');
    await desk.shows(name, reply);
    const page = watched(await writer.context().newPage());
    await page.setViewportSize({ width, height: 844 });
    /** @type {(value?: unknown) => void} */
    let release = () => {};
    const held = new Promise((resolve) => (release = resolve));
    await page.route('**/api/v1/me?*', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(storyAt(desk.host.origin, name));
    await thread(page);
    await page.waitForFunction(() => {
      const root = document.querySelector('rejoinder-thread')?.shadowRoot;
      return root?.adoptedStyleSheets.length === 2;
    });
    const places = () =>
      page.locator('.rj-count, [data-rj=notify], [data-rj=sort], #compose, .rj-comment').evaluateAll((all) =>
        all.map((it) => {
          const { x, y, height } = it.getBoundingClientRect();
          return `${it.className} ${x}, ${y}: ${height}`;
        }),
      );
    const before = await places();

    release();
    await page.locator('[data-rj=bell]:not([hidden])[data-n="1"]').waitFor();

    assert.deepEqual(await places(), before);
    await page.getByRole('link', { name: '1 new notice' }).waitFor();
    await expectAccessible(page);
  });
}

test('whoever signs out in the row goes on in the thread', async () => {
  await desk.post('out', 'Stay');
  const page = await home('out', 'eve@reader.example');
  await expectAnn(page);
  await page.locator('[data-rj=me] summary').focus();
  await page.keyboard.press('Enter');
  const leave = page.locator('[data-rj=me] [data-rj=leave]');
  await leave.focus();

  await page.keyboard.press('Enter');

  await page.getByText('You are signed out.').waitFor();
  await page.locator('[data-rj=me]').waitFor({ state: 'hidden' });
  assert.equal(await page.locator('[data-rj=me]').evaluate((menu) => 'open' in menu && menu.open), false);
  assert.equal(await focused(page), 'thread');
  await page.keyboard.press('Tab');
  assert.notEqual(await focused(page), 'body');
  await expectAccessible(page);
  expectQuiet(page);
});

test('whoever signs out in the form writes on', async () => {
  const page = await home('on', 'bea@reader.example');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  const leave = form.locator('[data-rj=leave]:not([hidden])');
  await leave.focus();

  await page.keyboard.press('Enter');

  await page.getByText('You are signed out.').waitFor();
  await leave.waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'textarea');
});

test('what of one’s own waits for a moderator stands in each order of the thread', async () => {
  await desk.post('waits', 'First');
  await desk.post('waits', 'Second');
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'mode', 'before');
  const query = new URLSearchParams({ site: desk.host.host, page: 'waits' });
  await until('the mode to be known', async () =>
    (await (await fetch(`${desk.rejoinder.origin}/embed/thread?${query}`)).text()).includes('Post for review'));
  const page = await home('waits', 'wil@reader.example');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Is this fine?' });
  await form.locator('[data-rj=send]').click();
  await page.locator('[data-state=held]').waitFor();

  await page.locator('[data-rj=sort]').selectOption('oldest');
  await page.locator('[data-rj=thread][data-sort=oldest]').waitFor();

  await page.locator('[data-rj=withheld]').getByText('Is this fine?').waitFor();
  assert.equal(await page.locator('[data-rj=withheld]').count(), 1);
});
