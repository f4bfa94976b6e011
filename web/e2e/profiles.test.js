import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { colleague, openDesk, signedIn, storyAt, thread } from './paper.js';

/** @typedef {import('./paper.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'reader_pages', 'unlisted');
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'pictures', 'on');
});

after(() => desk.stop());

/** Post in the form of a page of the server's own. @param {Page} page @param {string} text */
async function say(page, text) {
  await page.locator('#compose textarea').click();
  await page.locator('#compose textarea').fill(text);
  await page.locator('#compose [data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
}

test('an account shows a picture and a page, and takes both away', async () => {
  const home = new URL(desk.embed('show'));
  const page = await signedIn(desk, 'ann@reader.example', home.pathname + home.search);
  await say(page, 'I was there.');
  const drawn = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 200, height: 120 });
    canvas.getContext('2d')?.fillRect(0, 0, 200, 120);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });

  const settings = `${desk.comments}/account/${desk.host.host}/settings`;
  await page.goto(settings);
  await expectAccessible(page);
  const picture = { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(drawn, 'base64') };
  await page.getByLabel('Choose a picture').setInputFiles(picture);
  await page.getByRole('button', { name: 'Show this picture' }).click();
  await page.getByRole('img', { name: 'Your picture' }).waitFor();
  await page.getByRole('button', { name: 'Turn my page on' }).click();
  await page.getByRole('link', { name: 'See my page' }).click();
  await page.getByText('I was there.').waitFor();
  await page.locator('h1').getByText('Ann at').waitFor();
  await expectAccessible(page);
  const mine = page.url();

  const reader = await open(desk.browser, storyAt(desk.host.origin, 'show'));
  await thread(reader);
  const shown = reader.locator('img.rj-avatar');
  await shown.waitFor();
  await reader.waitForFunction(() => {
    const host = document.querySelector('rejoinder-thread');
    const img = host?.shadowRoot?.querySelector('img.rj-avatar');
    return img instanceof HTMLImageElement && img.complete && img.naturalWidth === 128;
  });
  assert.equal(await reader.locator('a.rj-name').getAttribute('href'), mine);
  await expectAccessible(reader);
  expectQuiet(reader);

  const phone = await open(desk.browser, mine, { width: 390, scheme: 'dark', script: false });
  await phone.getByText('I was there.').waitFor();
  await expectAccessible(phone);

  await page.goto(settings);
  await page.getByRole('button', { name: 'Turn my page off' }).click();
  await page.getByRole('button', { name: 'Turn my page on' }).waitFor();
  await page.getByRole('button', { name: 'Remove the picture' }).click();
  await page.getByRole('img', { name: 'Your picture' }).waitFor({ state: 'detached' });
  assert.equal((await page.goto(mine))?.status(), 404);
});

test('what is no picture is refused at its field', async () => {
  const home = new URL(desk.embed('refuse'));
  const page = await signedIn(desk, 'eve@reader.example', home.pathname + home.search);
  await page.goto(`${desk.comments}/account/${desk.host.host}/settings`);
  const text = { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
  await page.getByLabel('Choose a picture').setInputFiles(text);
  await page.getByRole('button', { name: 'Show this picture' }).click();
  await page.getByText('Please choose a JPEG').waitFor();
  await expectAccessible(page);
});

test('moderators link the author of an article, who has a badge there', async () => {
  const story = new URL(desk.embed('byline'));
  const writer = await signedIn(desk, 'mo@paper.example', story.pathname + story.search);
  await say(writer, 'Ask me anything.');
  const kim = await colleague(desk, 'Kim', 'moderator');
  await kim.goto(`${desk.comments}/moderate/${desk.host.host}/pages`);
  await kim.getByRole('link', { name: 'byline' }).click();
  await kim.getByLabel('E-mail address of the account').fill('mo@paper.example');
  await kim.getByRole('button', { name: 'Add', exact: true }).click();
  await kim.getByRole('button', { name: 'Remove: Ann' }).waitFor();
  await expectAccessible(kim);

  const page = await desk.read('byline');
  await page.locator('.rj-badge').getByText('Author of the article').waitFor();
  await expectAccessible(page);
  expectQuiet(page);
});
