import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, startBrowser } from './browser.js';
import { serve, until } from './harness.js';

const HOST = 'gazette.localhost';

/** What the publisher's article says by now. */
let words = 'The ferry was late.';
const publisher = createServer(({ url }, response) => {
  const isThere = url === '/story';
  response.writeHead(isThere ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><title>Late</title><nav>Home</nav><article><h1>Late</h1><p>${words}</p></article>`);
});
/** @type {string} Its origin. */
let origin;
/** @type {import('./browser.js').Browser} */
let browser;
/** @type {import('./harness.js').Rejoinder} */
let rejoinder;
/** @type {import('./browser.js').Page} Where an editor sees to passages. */
let desk;

before(async () => {
  publisher.listen(0, '127.0.0.1');
  await once(publisher, 'listening');
  const address = publisher.address();
  assert.ok(address !== null && typeof address === 'object');
  const place = `127.0.0.1:${address.port}`;
  origin = `http://${place}`;
  [browser, rejoinder] = await Promise.all([
    startBrowser(),
    serve([{ host: HOST, origin }], { REJOINDER_REACHABLE: `articles=${place}` }),
  ]);
  const added = await rejoinder.cli('staff', 'add', 'eda@paper.example', '--site', HOST, '--role', 'editor');
  const path = /\/auth\/sign-in\S+/.exec(added)?.[0] ?? assert.fail(added);
  desk = await open(browser, rejoinder.origin + path);
  await desk.locator('input[name=name]').fill('Eda');
  await desk.getByRole('button', { name: 'Sign in' }).click();
  await desk.waitForURL((url) => !url.pathname.includes('sign-in') || url.search === '');
});
after(async () => {
  await browser.close();
  await rejoinder.stop();
  publisher.close();
});

/** Load the page until it says this. @param {string} text */
const says = (text) =>
  until(`the newsroom to say “${text}”`, async () => {
    await desk.goto(`${rejoinder.origin}/edit/${HOST}/passages`);
    return (await desk.getByText(text, { exact: true }).count()) > 0;
  });

/** @param {string} path */
async function fetchAt(path) {
  await desk.goto(`${rejoinder.origin}/edit/${HOST}/passages`);
  const form = desk.locator('#fetch');
  await form.getByLabel('Address of the article').fill(path);
  await form.getByRole('button', { name: 'Fetch the text' }).click();
}

test('an editor has a text fetched, sees its version, and has it fetched again', async () => {
  await fetchAt(`${origin}/story`);
  await desk.getByText('The text is being fetched.', { exact: true }).waitFor();
  await says('Fetched: version 1.');
  await expectAccessible(desk);

  words = 'The ferry was on time.';
  await desk.getByRole('button', { name: /^Fetch the text: / }).press('Enter');
  await says('Fetched: version 2.');
  assert.equal(await desk.locator('.nr-table tbody .nr-num').first().innerText(), '2');
  expectQuiet(desk);
});

test('what went wrong is said where it was asked for', async () => {
  await fetchAt(`${origin}/gone`);
  await says('The page answered with 404.');
  await expectAccessible(desk);

  await fetchAt('https://elsewhere.example/story');
  await desk.getByRole('alert').waitFor();
  assert.equal(await desk.locator('#fetch').getByLabel('Address of the article').inputValue(), 'https://elsewhere.example/story');
  await expectAccessible(desk);
});
