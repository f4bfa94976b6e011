import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet } from './browser.js';
import { colleague, openDesk } from './paper.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});
after(() => desk.stop());

/** The mapping that is none. */
const REFUSED = 'Failed to load resource: the server responded with a status of 422';

const TABLE = `id,page,parent,posted_at,name,markdown
1,https://old.example/ferry,,2024-03-01T10:00:00Z,Ann,The ferry was late.
2,https://old.example/ferry,1,2024-03-01T11:00:00Z,Bo,It always is.
`;

/** How many comments are counted on a page of the site. @param {string} page */
async function count(page) {
  const address = new URL('/api/v1/counts', desk.rejoinder.origin);
  address.search = `${new URLSearchParams({ site: desk.host.host, page })}`;
  const { counts } = await (await fetch(address)).json();
  return counts[page];
}

/** Wait for a state, which the page shows by itself, without script too. @param {Page} page @param {string} state */
async function reach(page, state) {
  await page.locator('strong', { hasText: new RegExp(`^${state}$`) }).waitFor();
}

/** @param {Page} page @param {string} name */
async function walk(page, name) {
  const story = `${desk.host.origin}/${name}`;
  await page.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/import`);
  await page.getByText('Nothing changes before you have seen').waitFor();
  await expectAccessible(page);
  const file = { name: `${name}.csv`, mimeType: 'text/csv', buffer: Buffer.from(TABLE.replaceAll('/ferry', `/${name}`)) };
  await page.getByLabel('File that the other system exported').setInputFiles(file);
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL(/\/import\/\w{13}$/);

  await reach(page, 'Ready to start');
  await page.getByText('Recognized as').waitFor();
  await page.getByText('Came in: 2 comments on 1 page').waitFor();
  await page.getByText('Pages whose address is not on the site: 1').waitFor();
  await expectAccessible(page);
  const mapping = page.getByLabel('Pages that have moved');
  await mapping.fill('old.example');
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText('This is not FROM=TO: old.example').waitFor();
  await expectAccessible(page);
  await mapping.fill(`https://old.example=${desk.host.origin}`);
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.waitForURL(/\/import\/\w{13}$/);
  await reach(page, 'Ready to start');
  await page.getByText('Pages whose address is not on the site: 0').waitFor();
  assert.equal(await count(story), 0);

  await page.getByRole('button', { name: 'Start the import' }).click();
  await reach(page, 'Done');
  assert.equal(await count(story), 2);
  await expectAccessible(page);
  const report = page.getByRole('link', { name: 'Download the report' });
  const [download] = await Promise.all([page.waitForEvent('download'), report.click()]);
  assert.equal(download.suggestedFilename(), 'report.txt');

  await page.getByText('Undo the import').first().click();
  await page.getByText('Takes out everything that this import brought').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo the import' }).click();
  await reach(page, 'Undone');
  await page.getByText('Comments taken out: 2.').waitFor();
  assert.equal(await count(story), 0);
  await page.getByRole('link', { name: 'Imports', exact: true }).click();
  await page.getByRole('cell', { name: `${name}.csv` }).waitFor();
  await expectAccessible(page);
}

test('an owner imports a file on a phone, maps its pages, reads the report and undoes it all', async () => {
  const page = await colleague(desk, 'Olga', 'owner', { origin: desk.rejoinder.origin, width: 390 });
  await walk(page, 'ferry');
  expectQuiet(page, REFUSED);
});

test('without script it is the same', async () => {
  const page = await colleague(desk, 'Otto', 'owner', {
    origin: desk.rejoinder.origin,
    script: false,
  });
  await walk(page, 'bridge');
});

test('a file is taken where it is dropped', async () => {
  const page = await colleague(desk, 'Oona', 'owner', { origin: desk.rejoinder.origin });
  await page.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/import`);
  await page.getByText('You can also drop the file here.').waitFor();
  const data = await page.evaluateHandle((table) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([table], 'dropped.csv'));
    return transfer;
  }, TABLE);
  await page.locator('form[data-nr=import]').dispatchEvent('drop', { dataTransfer: data });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('heading', { name: 'dropped.csv' }).waitFor();
  await page.locator('strong', { hasText: 'Ready to start' }).waitFor();

  await page.getByRole('button', { name: 'Discard the file' }).click();

  await page.waitForURL(/\/import$/);
  assert.equal(await page.getByRole('cell', { name: 'dropped.csv' }).count(), 0);
});
