import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { deflateSync, crc32 } from 'node:zlib';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open, startBrowser } from './browser.js';
import { startPaper, until } from './harness.js';
import { sign, storyAt } from './paper.js';

/** What the linked site was asked for. @type {string[]} */
const asked = [];
const linked = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push(path);
  if (path.endsWith('.png') || path === '/favicon.ico') {
    const [width, height] = path.endsWith('.png') ? [600, 400] : [64, 64];
    response.writeHead(200, { 'content-type': 'image/png' }).end(png(width, height));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html' }).end(
    `<title>x</title><meta property="og:title" content="The bridge ${path}">
     <meta property="og:site_name" content="The Other Paper">
     <meta property="og:description" content="It was opened in 1904 and has carried trams since.">
     <meta property="og:image" content="/picture.png">`,
  );
});
const FRAME = 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ';

/** @type {string} */
let there;
/** @type {Awaited<ReturnType<typeof startPaper>>} */
let paper;
/** @type {import('./browser.js').Browser} */
let browser;

before(async () => {
  linked.listen(0, '127.0.0.1');
  await once(linked, 'listening');
  const address = linked.address();
  assert.ok(address !== null && typeof address === 'object');
  there = `127.0.0.1:${address.port}`;
  [browser, paper] = await Promise.all([
    startBrowser(),
    startPaper({ REJOINDER_REACHABLE: `cards=${there}`, REJOINDER_RATE_LIMITS: 'off' }),
  ]);
});

after(async () => {
  await browser.close();
  await paper.stop();
  linked.close();
});

test('a card arrives under the comment, and only our own server is asked for it', async () => {
  const page = await open(browser, own('arrive'));
  await write(page, `Look at this:\n\nhttp://${there}/arrive`);

  const card = page.locator('.rj-card');
  await card.getByText('The bridge /arrive').waitFor();
  const pictures = await card.locator('img').all();
  assert.equal(pictures.length, 2, "the page's picture and the sign of its site");
  for (const picture of pictures) {
    await picture.evaluate((img) => /** @type {HTMLImageElement} */ (img).decode());
  }

  assert.equal(await card.getByText('The Other Paper').count(), 1);
  await expectAccessible(page);
  expectQuiet(page);
  expectOnlyAsked(page, [paper.rejoinder.origin]);
  assert.deepEqual(asked.splice(0).sort(), ['/arrive', '/favicon.ico', '/picture.png']);
  await page.context().close();
});

test('a reader hides all previews on their device, and shows them again', async () => {
  await post('hide', `http://${there}/hide`);
  const page = await open(browser, own('hide'));
  const card = page.locator('.rj-card');
  await until('the card', async () => (await page.reload(), (await card.count()) === 1));
  await page.getByRole('button', { name: 'Hide previews' }).click();
  await card.waitFor({ state: 'hidden' });

  await page.reload();
  await page.getByRole('button', { name: 'Show link previews' }).waitFor();
  assert.equal(await card.isVisible(), false);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Show link previews' }).click();

  await card.waitFor({ state: 'visible' });
  await page.context().close();
});

test('a reader who saves data is asked before pictures are fetched, and hears of new comments', async () => {
  await post('thrifty', `http://${there}/thrifty`);
  const full = await open(browser, own('thrifty'));
  await until('the card', async () => (await full.reload(), (await full.locator('.rj-card').count()) === 1));
  const context = await browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  /** @type {string[]} */
  const fetched = [];
  context.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const page = await open(context, storyAt(paper.host.origin, 'thrifty'));

  await page.getByRole('button', { name: 'Show link previews' }).waitFor();
  await until('the live stream', () => fetched.includes('/api/v1/events'));
  const pictures = await page.locator('.rj-card img').evaluateAll((all) =>
    all.map((img) => new URL(/** @type {HTMLImageElement} */ (img).src).pathname),
  );
  assert.equal(pictures.length, 2);
  assert.deepEqual(fetched.filter((path) => pictures.includes(path)), []);

  await page.getByRole('button', { name: 'Show link previews' }).click();
  await until('the pictures', () => pictures.every((path) => fetched.includes(path)));
  expectQuiet(page);
  await context.close();
  await full.context().close();
});

test('the writer shows only the link, for everyone', async () => {
  const page = await open(browser, own('writer'));
  await write(page, `http://${there}/writer`);
  await page.locator('.rj-card').waitFor();
  const other = await open(browser, own('writer'));
  await other.locator('.rj-card').waitFor();
  assert.equal(await other.getByRole('button', { name: 'Show only the link' }).count(), 0);

  await page.getByRole('button', { name: 'Show only the link' }).click();

  await page.locator('.rj-card').waitFor({ state: 'detached' });
  await other.locator('.rj-card').waitFor({ state: 'detached' });
  expectQuiet(page);
  await page.context().close();
  await other.context().close();
});

test('without script a card is a link, and the writer turns it off on the page for editing', async () => {
  const page = await open(browser, own('plain'), { script: false });
  await page.getByLabel('Your comment').fill(`http://${there}/plain`);
  await page.getByLabel('Name').fill('Ann');
  await page.getByRole('button', { name: 'Post' }).click();
  await until('the card', async () => {
    await page.goto(own('plain'));
    return (await page.locator('.rj-card').count()) === 1;
  });
  assert.equal(await page.getByRole('button', { name: 'Hide previews' }).isVisible(), false);

  await page.getByRole('link', { name: 'Edit or delete' }).click();
  await page.getByRole('button', { name: 'Show only the link' }).click();

  assert.equal(await page.locator('.rj-card').count(), 0);
  await page.context().close();
});

test('a video plays in its place after a click and not before, and the keyboard reaches it', async () => {
  await post('video', `http://${there}/video`);
  const page = await open(browser, own('video'));
  const card = page.locator('.rj-card');
  await until('the card', async () => (await page.reload(), (await card.count()) === 1));
  /** @type {string[]} */
  const loaded = [];
  await page.route('https://www.youtube-nocookie.com/**', async (route) => {
    loaded.push(route.request().url());
    await route.fulfill({ contentType: 'text/html', body: '<html lang="en"><title>Player</title><p>Playing</p>' });
  });
  // No video can be had here: the page comes as the server writes it where the link leads to one.
  await page.route(own('video'), async (route) => {
    const response = await route.fetch();
    const button = `<button type="button" data-rj="play" data-frame="${FRAME}" data-title="The bridge">Play here</button> `;
    const body = (await response.text()).replace(/(?=<button type="button" data-rj="uncard")/, button);
    await route.fulfill({ response, body });
  });
  await page.reload();
  const play = page.getByRole('button', { name: 'Play here' });
  await play.waitFor();
  await expectAccessible(page);
  expectOnlyAsked(page, [paper.rejoinder.origin]);
  assert.deepEqual(loaded, []);

  await card.locator('a').focus();
  await page.keyboard.press('Tab');
  assert.ok(await play.evaluate((button) => button.matches(':focus')));
  await page.keyboard.press('Enter');

  const frame = page.locator('iframe.rj-player');
  await frame.contentFrame().getByText('Playing').waitFor();
  assert.deepEqual(loaded, [FRAME]);
  assert.equal(await frame.getAttribute('title'), 'The bridge');
  assert.ok(await frame.evaluate((player) => player.matches(':focus')));
  assert.equal(await play.count(), 0);
  await page.context().close();
});

/** The discussion as a page of the server's own. @param {string} key */
function own(key) {
  const query = new URLSearchParams({ site: paper.host.host, page: key });
  return `${paper.rejoinder.origin}/embed?${query}`;
}

/** @param {import('./browser.js').Page} page @param {string} text */
async function write(page, text) {
  const form = page.locator('form[data-rj=compose]').first();
  await form.locator('textarea').fill(text);
  await sign(form, 'Ann');
  await form.getByRole('button', { name: 'Post' }).click();
  await page.locator('.rj-comment').waitFor();
}

/** @param {string} page @param {string} text */
async function post(page, text) {
  const answered = await fetch(`${paper.rejoinder.origin}/api/v1/comments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: paper.host.origin },
    body: JSON.stringify({ site: paper.host.host, page, text, name: 'Ann' }),
  });
  assert.equal(answered.status, 201, await answered.text());
}

/** A picture of one colour. @param {number} width @param {number} height */
function png(width, height) {
  const chunk = (/** @type {string} */ name, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.alloc(1 + width * 3, 0x5a);
  row[0] = 0;
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
