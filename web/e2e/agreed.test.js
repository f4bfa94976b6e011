import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { postgres } from './harness.js';
import { openDesk, texts } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
const database = postgres();

/** What a fit would have found: that both sides like `liked`, and disagree on `disputed`. */
async function divide(/** @type {string} */ liked, /** @type {string} */ disputed) {
  const row = (/** @type {string} */ text, /** @type {string} */ rest) => `
    insert into agreement_comment (site_id, comment_id, page_id, fit, up_a, down_a, up_b, down_b, rank, has_badge)
    select site_id, id, page_id, 1, ${rest} from comment where text = '${text}'`;
  await database.sql(`
    insert into agreement (site_id, fit, fitted_at)
    select id, 1, cast(extract(epoch from now()) * 1000000 as bigint) from site
    on conflict (site_id) do update set fit = 1, fitted_at = excluded.fitted_at`);
  await database.sql(row(liked, '9, 1, 7, 1, 10666666667, 1'));
  await database.sql(row(disputed, '9, 1, 0, 8, 10083333333, 0'));
}

before(async () => {
  desk = await openDesk({ REJOINDER_DATABASE: database.url });
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'agreed_sort', 'on');
  for (const text of ['Liked by all', 'Disputed', 'Too new']) {
    await desk.post('divided', text);
  }
  await divide('Liked by all', 'Disputed');
});

after(() => desk.stop());

test('what both sides like stands first, above a line, with a badge and two sentences', async () => {
  const page = await desk.read('divided');
  const menu = page.locator('[data-rj=sort]');
  assert.equal(await menu.inputValue(), 'newest');
  await menu.selectOption({ label: 'Agreed across divides' });
  await page.locator('[data-sort=agreed]').waitFor();

  assert.deepEqual(await texts(page), ['Liked by all', 'Disputed', 'Too new']);
  const line = await page.locator('.rj-divider').textContent();
  assert.equal(line, 'Not enough votes from both sides yet');
  const around = await page.locator('.rj-list > li').evaluateAll((items) => items.map((item) => item.className));
  assert.deepEqual(around, ['', '', 'rj-divider', '']);
  assert.deepEqual(await page.locator('.rj-agreed').allTextContents(), ['Agreed across divides']);
  await page.getByText('which side anyone is on is shown to nobody').waitFor();
  await expectAccessible(page);
  expectQuiet(page);
});

test('the method is a page that needs no script, and the order too', async () => {
  const page = await open(desk.browser, desk.embed('divided', '&sort=agreed'), { script: false, width: 390, scheme: 'dark' });
  assert.deepEqual(await texts(page), ['Liked by all', 'Disputed', 'Too new']);
  await expectAccessible(page);
  const how = await page.getByRole('link', { name: 'How this works' }).getAttribute('href');
  const method = await open(desk.browser, how ?? '', { script: false });
  await method.getByRole('heading', { name: 'What is kept' }).waitFor();
  await expectAccessible(method);
});

test('where too few have voted it is not offered', async () => {
  for (const text of ['One', 'Two']) {
    await desk.post('calm', text);
  }
  const page = await desk.read('calm');
  assert.equal(await page.locator('[data-rj=sort] option').count(), 5);
  assert.equal(await page.locator('[data-rj=sort] option[value=agreed]').count(), 0);
  expectQuiet(page);
});
