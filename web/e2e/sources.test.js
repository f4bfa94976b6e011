import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, thread } from './paper.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  const { host } = desk.host;
  await desk.rejoinder.cli('site', 'set', host, 'passages', 'both');
  await desk.rejoinder.cli('site', 'set', host, 'source_checks', 'on');
  const query = new URLSearchParams({ site: host, page: 'nobody-yet' });
  await until('sources to be taken', async () => {
    const answer = await fetch(`${desk.rejoinder.origin}/embed/thread?${query}`);
    return / data-sources/.test(await answer.text());
  });
});
after(() => desk.stop());

/** @param {string} page @param {Parameters<typeof open>[2]} [how] */
async function read(page, how) {
  const reader = await open(desk.browser, `${desk.host.origin}/long-read?page=${page}&csp=strict`, how);
  await thread(reader);
  return reader;
}

/** Select the words of a text node. @param {Page} page @param {string} within @param {string} words */
const select = (page, within, words) =>
  page.locator(within).evaluate((element, words) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const at = /** @type {Text} */ (node).data.indexOf(words);
      if (at >= 0) {
        getSelection()?.setBaseAndExtent(node, at, node, at + words.length);
        element.scrollIntoView({ block: 'center' });
        return;
      }
    }
    throw new Error(`${words} stands nowhere`);
  }, words);

/** Whether readers are asked about the first source check of the thread in the moment in which it comes. */
function areAsked() {
  const root = /** @type {ShadowRoot} */ (document.querySelector('rejoinder-thread')?.shadowRoot);
  return new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      const form = /** @type {HTMLElement | null} */ (root.querySelector('[data-rj=list] [data-rj=answer]'));
      if (form) {
        observer.disconnect();
        resolve(!form.hidden);
      }
    }).observe(root, { childList: true, subtree: true });
  });
}

/** Comment on a passage with a source, without a browser. @param {string} page @param {string} url */
async function give(page, url) {
  const answer = await fetch(`${desk.rejoinder.origin}/api/v1/comments`, {
    method: 'POST',
    headers: { origin: desk.host.origin, 'content-type': 'application/json' },
    body: JSON.stringify({
      site: desk.host.host,
      page,
      text: 'It was three.',
      name: 'Ben Okoro',
      annotation: { exact: 'two crowns', prefix: 'Single crossing\n', suffix: ' and fifty', rival: 0 },
      sources: { stance: 'contradicts', list: [{ url, title: 'The tariff' }] },
    }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(body));
  await desk.shows(page, body.comment.id);
  return `${body.comment.id}`;
}

/** @param {string} id */
async function sourcesOf(id) {
  const query = new URLSearchParams({ site: desk.host.host });
  const answer = await fetch(`${desk.rejoinder.origin}/api/v1/comments/${id}?${query}`);
  return (await answer.json()).comment.sources;
}

test('by the keyboard a reader gives two sources with a comment on a passage', async () => {
  const page = await read('giving');
  await select(page, '#cell', 'two crowns');
  await page.getByRole('button', { name: 'Comment on this passage' }).click();
  await page.keyboard.type('It was three crowns.');
  await page.getByRole('button', { name: 'Add a source' }).focus();
  await page.keyboard.press('Enter');
  const fields = page.getByRole('group', { name: 'Sources' });
  await until('the keyboard to be in the fields', () =>
    fields.locator('select').evaluate((select) => select === /** @type {ShadowRoot} */ (select.getRootNode()).activeElement),
  );
  await fields.locator('select').selectOption('Contradicts this');
  const first = page.getByRole('group', { name: 'Source 1' });
  await first.getByLabel('Address').fill('ftp://tariff.example/');
  await first.getByLabel('Title').fill('The tariff of 1931');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add another source' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('https://second.example/');

  await page.getByRole('button', { name: /^Post/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Ann Lee');
  await page.getByRole('button', { name: /^Post/ }).click();
  await page.getByText('The address of a source must start with').waitFor();
  await first.getByLabel('Address').fill('https://tariff.example/');
  const asked = page.evaluate(areAsked);
  await page.getByRole('button', { name: /^Post/ }).click();

  const check = page.getByRole('region', { name: 'Source check' });
  await check.waitFor();
  assert.equal(await asked, false, 'nobody answers about their own');
  await check.getByText('Contradicts this:').waitFor();
  assert.equal(await check.getByRole('link').count(), 2);
  assert.equal(await check.getByRole('button', { name: /Yes/ }).count(), 0);
  await expectAccessible(page);
  expectOnlyAsked(page, [desk.comments, desk.host.origin]);
});

test('a reader answers about sources, changes the answer and takes it back', async () => {
  const id = await give('answers', 'https://tariff.example/');
  const page = await read('answers');
  const says = page.getByRole('group', { name: 'Does the source say this?' });
  const yes = says.getByRole('button', { name: 'Yes 1' });
  await says.getByRole('button', { name: 'Yes 0' }).click();
  await yes.waitFor();
  assert.equal(await yes.getAttribute('aria-pressed'), 'true');
  await says.getByRole('button', { name: 'Partly 0' }).click();
  await says.getByRole('button', { name: 'Partly 1' }).waitFor();
  assert.deepEqual((await sourcesOf(id)).says, { yes: 0, partly: 1, no: 0 });

  await page.reload();
  await thread(page);
  const partly = says.getByRole('button', { name: 'Partly 1' });
  await until('the answer to be marked', async () => (await partly.getAttribute('aria-pressed')) === 'true');
  await expectAccessible(page);
  await partly.click();
  await says.getByRole('button', { name: 'Partly 0' }).waitFor();
  assert.deepEqual((await sourcesOf(id)).says, { yes: 0, partly: 0, no: 0 });
  expectQuiet(page);
});

test('beside the passage a small mark leads to its sources', async () => {
  await give('beside', 'https://tariff.example/');
  const page = await read('beside');
  await page.locator('rejoinder-passage button').click();
  const panel = page.locator('rejoinder-panel .rj-panel');

  await panel.getByText('1 source check').click();

  await panel.getByRole('link', { name: 'The tariff' }).waitFor();
  await expectAccessible(page);
});

test('its author changes and withdraws sources, and an editor confirms them', async () => {
  const page = await read('changing');
  await select(page, '#cell', 'two crowns');
  await page.getByRole('button', { name: 'Comment on this passage' }).click();
  await page.keyboard.type('It was three crowns.');
  await page.getByRole('button', { name: 'Add a source' }).click();
  await page.getByLabel('Address').fill('https://first.example/');
  await page.getByRole('button', { name: /^Post/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Ann Lee');
  await page.getByRole('button', { name: /^Post/ }).click();
  const check = page.getByRole('region', { name: 'Source check' });
  await check.getByRole('link', { name: 'first.example' }).waitFor();
  const id = await page.locator('[data-rj=comment]').first().getAttribute('data-id');
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Address').fill('https://other.example/');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await check.getByRole('link', { name: 'other.example' }).waitFor();

  const kim = await colleague(desk, 'Kim', 'editor');
  const query = new URLSearchParams({ site: desk.host.host, page: 'changing' });
  await kim.goto(`${desk.comments}/embed?${query}`);
  await kim.getByRole('link', { name: 'Confirm as an editor' }).click();
  await kim.getByLabel('Why do you confirm').fill('The museum has it, too.');
  await expectAccessible(kim);
  await kim.getByRole('button', { name: 'Confirm', exact: true }).click();
  await kim.getByText('The museum has it, too.').waitFor();
  assert.equal((await sourcesOf(`${id}`)).status, 'editor_confirmed');

  await page.reload();
  await thread(page);
  await page.getByRole('button', { name: 'Withdraw these sources' }).click();
  await page.getByText('Withdrawn by its author').waitFor();
  assert.equal((await sourcesOf(`${id}`)).status, 'withdrawn');
});

test('without script one answers by a form', async () => {
  const id = await give('plain', 'https://tariff.example/');
  const query = new URLSearchParams({ site: desk.host.host, page: 'plain' });
  const page = await open(desk.browser, `${desk.comments}/embed?${query}`, { script: false });
  await page.getByRole('button', { name: 'Yes 0' }).first().click();
  await page.getByRole('button', { name: 'Yes 1' }).first().waitFor();
  assert.equal((await sourcesOf(id)).says.yes, 1);
  await page.getByRole('button', { name: 'Take my answer back' }).first().click();
  await page.getByRole('button', { name: 'Yes 0' }).first().waitFor();
  await expectAccessible(page);
});

test('without script a comment on a passage is sent with its sources', async () => {
  const id = await give('plain-giving', 'https://tariff.example/');
  const query = new URLSearchParams({ site: desk.host.host, page: 'plain-giving', passage: id });
  const page = await open(desk.browser, `${desk.comments}/embed?${query}`, { script: false });
  await page.locator('[name=text]').fill('It was four.');
  await page.locator('[name=name]').fill('Ann Lee');
  // Whoever has no script has the form open; this browser has it, and closes the form without the focus.
  await page.getByText('Add a source').press('Enter');
  await page.getByLabel('What do they do?').selectOption('Contradicts this');
  await page.getByLabel('Address').fill('https://museum.example/');
  await expectAccessible(page);

  await page.getByRole('button', { name: /^Post/ }).press('Enter');

  await page.getByRole('link', { name: 'museum.example' }).waitFor();
  await expectAccessible(page);
});

test('on the page of a passage the same form sends sources with script', async () => {
  const id = await give('woken', 'https://tariff.example/');
  const query = new URLSearchParams({ site: desk.host.host, page: 'woken', passage: id });
  const page = await open(desk.browser, `${desk.comments}/embed?${query}`);
  await page.locator('[name=text]').fill('It was four.');
  await page.getByText('Add a source').click();
  const first = page.getByRole('group', { name: 'Source 1' });
  await first.getByLabel('Address').fill('https://museum.example/');
  await page.getByRole('button', { name: 'Add another source' }).click();
  await page.keyboard.type('https://second.example/');
  await expectAccessible(page);

  await page.getByRole('button', { name: /^Post/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Ann Lee');
  await page.getByRole('button', { name: /^Post/ }).click();

  const own = page.locator('[data-rj=comment]', { hasText: 'It was four.' });
  await own.getByRole('link', { name: 'second.example' }).waitFor();
  assert.equal(await own.getByRole('link', { name: 'museum.example' }).count(), 1);
  assert.equal(await page.locator('details[data-rj=give]').getAttribute('open'), null);
  expectQuiet(page);
});
