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
  await page.getByLabel('Files that the other system exported').setInputFiles(file);
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

/** A part of an export of WordPress: a comment, a pingback and a review. @param {string} post @param {number} first */
const part = (post, first) => `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><wp:wxr_version>1.2</wp:wxr_version>
<item><title>${post}</title><link>${desk.host.origin}/${post}</link><wp:post_id>${first}</wp:post_id>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
${['comment', 'pingback', 'review']
  .map(
    (kind, n) => `<wp:comment><wp:comment_id>${first + n}</wp:comment_id><wp:comment_author>Ann</wp:comment_author>
<wp:comment_date_gmt>2024-03-01 10:00:00</wp:comment_date_gmt><wp:comment_content>A ${kind}.</wp:comment_content>
<wp:comment_approved>1</wp:comment_approved><wp:comment_type>${kind}</wp:comment_type></wp:comment>`,
  )
  .join('')}</item></channel></rss>
`;

/** @param {Page} page @param {string} name @param {number} first */
async function several(page, name, first) {
  const files = ['one', 'two'].map((part_of, n) => ({
    name: 'export.xml',
    mimeType: 'text/xml',
    buffer: Buffer.from(part(`${name}-${part_of}`, first + 10 * n)),
  }));
  await page.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/import`);
  await page.getByLabel('Files that the other system exported').setInputFiles(files);
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('heading', { name: 'export.xml, export.xml' }).waitFor();
  await reach(page, 'Ready to start');
  await page.getByText('Came in: 2 comments on 2 pages').waitFor();

  for (const [label, n] of /** @type {const} */ ([
    ['Bring pingbacks, trackbacks and other mentions, too', 4],
    ['Bring reviews of products, too', 6],
  ])) {
    await page.getByLabel(label).check();
    await page.getByRole('button', { name: 'Look again' }).click();
    await reach(page, 'Ready to start');
    await page.getByText(`Came in: ${n} comments on 2 pages`).waitFor();
    assert.ok(await page.getByLabel(label).isChecked());
  }
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start the import' }).click();
  await reach(page, 'Done');

  assert.equal(await count(`${desk.host.origin}/${name}-one`), 3);
  assert.equal(await count(`${desk.host.origin}/${name}-two`), 3);
}

test('several files come as one import, with mentions and reviews where that is wished', async () => {
  const page = await colleague(desk, 'Orla', 'owner', { origin: desk.rejoinder.origin, width: 390 });
  await several(page, 'harbour', 100);
  expectQuiet(page);
});

test('without script several files come as one import, too', async () => {
  const page = await colleague(desk, 'Oleg', 'owner', { origin: desk.rejoinder.origin, script: false });
  await several(page, 'market', 200);
});

test('a file is taken where it is dropped', async () => {
  const page = await colleague(desk, 'Oona', 'owner', { origin: desk.rejoinder.origin });
  await page.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/import`);
  await page.getByText('You can also drop the files here.').waitFor();
  const data = await page.evaluateHandle((table) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([table], 'dropped.csv'));
    return transfer;
  }, TABLE);
  await page.locator('form[data-nr=import]').dispatchEvent('drop', { dataTransfer: data });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('heading', { name: 'dropped.csv' }).waitFor();
  await page.locator('strong', { hasText: 'Ready to start' }).waitFor();

  await page.getByRole('button', { name: 'Discard the files' }).click();

  await page.waitForURL(/\/import$/);
  assert.equal(await page.getByRole('cell', { name: 'dropped.csv' }).count(), 0);
});
