import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectQuiet, open, startBrowser } from './browser.js';
import { postgres, serveNode, until } from './harness.js';
import { startHostSite } from './hostsite/server.js';
import { storyAt, texts, thread, write } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */
/** @typedef {import('./harness.js').Rejoinder} Rejoinder */

const LISTENERS = "select pid from pg_stat_activity where query ilike 'listen %'";

/** @type {import('./hostsite/server.js').HostSite} */
let host;
/** @type {import('./browser.js').Browser} */
let browser;
/** @type {Rejoinder[]} */
let nodes;
const database = postgres();

before(async () => {
  host = await startHostSite();
  browser = await startBrowser();
  const first = await serveNode(database.url);
  await first.cli('site', 'add', host.host, '--origin', host.origin);
  nodes = [first, await serveNode(database.url)];
});

after(async () => {
  await browser.close();
  await host.stop();
  await Promise.all(nodes.map((node) => node.stop()));
});

test('what is posted on one node appears on the other, once', async () => {
  const [ann, ben] = await Promise.all([reader(0, 'two-nodes'), reader(1, 'two-nodes')]);

  await post(ann, 'From the first node');
  await showNew(ben);
  await post(ben, 'From the second node');
  await showNew(ann);

  const both = ['From the second node', 'From the first node'];
  assert.deepEqual(await texts(ann), both);
  assert.deepEqual(await texts(ben), both);
  expectQuiet(ann);
  expectQuiet(ben);
});

test('a node that lost its listening connection still hears of everything, once', async () => {
  const [ann, ben] = await Promise.all([reader(0, 'deaf'), reader(1, 'deaf')]);
  await until('both nodes listen', async () => (await listeners()).length === 2);

  const before = await listeners();
  await database.sql(`select pg_terminate_backend(pid) from (${LISTENERS}) l`);
  await post(ann, 'While nobody listened');
  await showNew(ben);
  await until('both nodes listen again', async () => {
    const now = await listeners();
    return now.length === 2 && now.every((pid) => !before.includes(pid));
  });
  await post(ann, 'When they listened again');
  await showNew(ben);

  assert.deepEqual(await texts(ben), ['When they listened again', 'While nobody listened']);
});

test('readers of a node that dies miss nothing, and see nothing twice', async () => {
  const [ann, ben] = await Promise.all([reader(0, 'killed'), reader(1, 'killed')]);
  await post(ben, 'Before');
  await showNew(ann);

  const [dying] = nodes;
  assert.ok(dying);
  await dying.kill();
  await post(ben, 'Meanwhile');
  nodes[0] = await serveNode(database.url, new URL(dying.origin).host);
  await dying.stop();
  await showNew(ann);
  await post(ann, 'After');
  await showNew(ben);

  const all = ['After', 'Meanwhile', 'Before'];
  assert.deepEqual(await texts(ann), all);
  assert.deepEqual(await texts(ben), all);
});

/**
 * Someone who reads through the node of this number.
 *
 * @param {number} number
 * @param {string} page
 */
async function reader(number, page) {
  const node = nodes[number];
  assert.ok(node);
  host.embed(`http://comments.${host.host}:${new URL(node.origin).port}`);
  const reader = await open(browser, storyAt(host.origin, page));
  await thread(reader);
  return reader;
}

/** @param {Page} page @param {string} text */
async function post(page, text) {
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text });
  await form.locator('[data-rj=send]').click();
  const posted = page.locator('.rj-text', { hasText: text });
  const asked = form.locator('[name=name]:visible');
  await posted.or(asked).first().waitFor();
  if (await asked.isVisible()) {
    await asked.fill('Ann Lee');
    await form.locator('[data-rj=send]').click();
  }
  await posted.waitFor();
}

/** @param {Page} page */
async function showNew(page) {
  const fresh = page.locator('[data-rj=fresh]');
  await fresh.waitFor();
  assert.equal(await fresh.innerText(), '1 new comment');
  await fresh.click();
}

async function listeners() {
  return (await database.sql(LISTENERS)).split('\n').filter(Boolean);
}
