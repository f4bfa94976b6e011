import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').Page} */
let page;

before(async () => {
  desk = await openDesk();
  page = await colleague(desk, 'Olga', 'owner', { origin: desk.rejoinder.origin, width: 390 });
});
after(() => desk.stop());

/** @param {string} path */
async function go(path) {
  await page.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}${path}`);
}

test('an owner changes a setting by keyboard on a phone, and is told what cannot be', async () => {
  await go('/settings');
  await expectAccessible(page);
  const links = page.getByLabel('The most links in a comment.');
  await links.evaluate((input) => input.removeAttribute('max'));
  await links.fill('99');
  await page.keyboard.press('Enter');
  await page.getByText('This must be 0 to 20.').waitFor();
  await expectAccessible(page);
  await page.getByLabel('The most links in a comment.').fill('3');
  await page.keyboard.press('Enter');
  await page.getByText('Saved.').waitFor();
  assert.equal(await page.getByLabel('The most links in a comment.').inputValue(), '3');
});

test('a setting is found by any of its words, and what is wrong with one is never out of sight', async () => {
  await go('/settings');
  const search = page.getByRole('searchbox', { name: 'Find a setting' });
  await search.fill('LINKS comment');
  await page.getByLabel('The most links in a comment.').waitFor();
  assert.equal(await page.getByLabel('The publication’s name.').isVisible(), false);
  assert.ok((await page.locator('.nr-field:visible').count()) < 10);
  await expectAccessible(page);
  await search.fill('zeppelin');
  await page.getByText('No setting is about that.').waitFor();
  await expectAccessible(page);

  await search.fill('');
  await page.getByLabel('The most links in a comment.').fill('');
  await search.fill('zeppelin');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('[name=max_links]:focus').waitFor();
  await go('/settings#group-writing');
});

test('the lines to embed are there to copy, and name the server that was asked', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await go('');
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(
    copied,
    `<script src="${desk.rejoinder.origin}/embed.js" async></script>\n<rejoinder-thread></rejoinder-thread>`,
  );
});

test('what was changed stands in the log of changes', async () => {
  await page.getByRole('link', { name: 'Audit log', exact: true }).click();
  await page.getByRole('cell', { name: 'max_links' }).waitFor();
  await expectAccessible(page);
  await page.getByLabel('Show').selectOption({ label: 'Word list changed' });
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('No such change is known.').waitFor();
  await expectAccessible(page);
});

test('the overview draws what happened, and says it in a table', async () => {
  await go('');
  await page.getByText('Nobody has commented in the last 30 days.').waitFor();
  await expectAccessible(page);
  for (const text of ['First', 'Second']) {
    await desk.post('story', text);
  }
  await page.reload();
  await page.getByText('2 comments in the last 30 days.').waitFor();
  await page.getByText('The figures as a table').click();
  await expectAccessible(page);
  assert.equal(await page.locator('tbody tr').count(), 30);
  assert.equal(await page.locator('tbody tr').last().locator('td').first().innerText(), '2');
});

test('the days of the overview go the way that one reads', async () => {
  await desk.post('today', 'A comment of today');
  for (const [language, isMirrored] of /** @type {const} */ ([['ar', true], ['en', false]])) {
    await desk.rejoinder.cli('site', 'set', desk.host.host, 'language', language);
    await until(`the overview in ${language}`, async () => {
      await go('');
      return (await page.locator('html').getAttribute('lang')) === language;
    });
    const box = async (/** @type {string} */ selector) => {
      const found = await page.locator(selector).first().boundingBox();
      assert.ok(found, selector);
      return found.x;
    };
    // Whatever there is to draw is of today, which is the last day.
    const [bar, first, last] = [await box('.nr-chart rect'), await box('.nr-chart span'), await box('.nr-chart span:last-child')];
    assert.equal(first > last, isMirrored);
    assert.ok(Math.abs(bar - last) < Math.abs(bar - first), `${bar} ${first} ${last}`);
  }
});

test('a token for a program is made on a phone, shown once, and revoked after a question', async () => {
  await go('/tokens');
  await expectAccessible(page);
  await page.getByLabel('What the program is called').fill('Night desk');
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByText('Choose what the program may do.').waitFor();
  await expectAccessible(page);
  await page.getByLabel('moderation:read').check();
  await page.getByRole('button', { name: 'Create a token' }).click();
  const token = await page.getByLabel('The new token').inputValue();
  await expectAccessible(page);
  const queue = `${desk.rejoinder.origin}/api/v1/sites/${desk.host.host}/queues/held`;
  const ask = async () => (await fetch(queue, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await ask(), 200);
  await go('/tokens');
  assert.equal(await page.getByLabel('The new token').count(), 0);
  await page.locator('tbody summary').click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await page.getByText('Token revoked.').waitFor();
  assert.equal(await ask(), 401);
});

test('words and people have pages that all can use', async () => {
  await go('/words');
  await expectAccessible(page);
  await page.getByLabel('Suspect').fill('casino');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await go('/people');
  await expectAccessible(page);
  await page.getByLabel('E-mail address').fill('kim@paper.example');
  await page.getByRole('button', { name: 'Create a link' }).click();
  await page.getByText('It is not shown again.').waitFor();
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `${width}`);
});

test('the API is told of on a page that all can read, at any width', async () => {
  for (const width of [390, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${desk.rejoinder.origin}/docs`);
    await page.getByRole('heading', { name: 'POST /api/v1/comments', exact: true }).waitFor();
    await expectAccessible(page);
    const reach = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(reach <= width, `${reach} at ${width}`);
  }
  await page.getByRole('link', { name: /POST \/comments$/ }).click();
  const told = page.locator('article:target');
  await told.getByText('curl', { exact: true }).click();
  const command = await told.locator('pre').first().innerText();
  assert.ok(command.includes(`--request POST ${desk.rejoinder.origin}/api/v1/comments`), command);
  await expectAccessible(page);
});
