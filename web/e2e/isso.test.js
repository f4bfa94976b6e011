import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { expectOnlyAsked, expectQuiet, open, startBrowser } from './browser.js';
import { needed, until } from './harness.js';
import { openDesk } from './paper.js';

/** Isso's scripts as PyPI has them. */
const SCRIPTS = needed('REJOINDER_TEST_ISSO');

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').Browser} */
let browser;
/** The one address that a page of Isso's changes. */
let address = '';

before(async () => {
  desk = await openDesk();
  // A page that a test makes up has no address, and may otherwise ask nothing of this machine.
  browser = await startBrowser(['--disable-features=LocalNetworkAccessChecks']);
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'isso_api', 'on');
  const config = `${desk.rejoinder.origin}/isso/${desk.host.host}/config`;
  await until('the setting to be seen', async () => (await fetch(config)).ok);
  address = `${desk.comments}/isso/${desk.host.host}`;
});

after(async () => {
  await browser.close();
  await desk.stop();
});

/**
 * Open a page of the publisher's that loads one of Isso's scripts from the publisher itself.
 *
 * @param {string} path
 * @param {string} script
 * @param {string} body
 */
async function read(path, script, body) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 900, height: 900 } });
  const bytes = await readFile(join(SCRIPTS, script), 'utf8');
  await context.route(`${desk.host.origin}/isso.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: bytes }),
  );
  await context.route(desk.host.origin + path, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body:
        `<!doctype html><html lang="en"><title>Isso</title><link rel="icon" href="data:,">` +
        `<script src="/isso.js" data-isso="${address}" data-isso-max-comments-top="2" ` +
        `data-isso-max-comments-nested="1" async></script><main>${body}</main></html>`,
    }),
  );
  return open(context, desk.host.origin + path);
}

/** Isso’s script asks every answer for headers that only some have. */
const HEADERS = 'Refused to get unsafe header';

const PLACE = '<section id="isso-thread" data-title="The ferry"></section>';

test('Isso’s own script posts, replies, votes, edits and deletes', async () => {
  const page = await read('/ferry/', 'embed.min.js', PLACE);
  await page.getByText('No Comments').waitFor();
  const box = page.locator('#isso-thread > .isso-postbox');

  await box.locator('textarea').fill('It **sails** again');
  await box.locator('[name=author]').fill('Ann Lee');
  await box.locator('[name=preview]').click();
  await box.locator('.isso-preview strong', { hasText: 'sails' }).waitFor();
  await box.locator('[type=submit]').click();

  const first = page.locator('#isso-root > .isso-comment');
  await first.locator('strong', { hasText: 'sails' }).waitFor();
  assert.equal(await first.locator('.isso-author').first().innerText(), 'Ann Lee');

  await first.locator('a.isso-reply').click();
  const reply = first.locator('.isso-postbox');
  await reply.locator('textarea').fill('And back');
  await reply.locator('[name=author]').fill('Ann Lee');
  await reply.locator('[type=submit]').click();
  const second = first.locator('.isso-follow-up .isso-comment');
  await second.locator('.isso-text', { hasText: 'And back' }).waitFor();

  await second.locator('a.isso-edit').click();
  await second.locator('textarea').fill('And back *again*');
  await second.locator('a.isso-edit').click();
  await second.locator('em', { hasText: 'again' }).waitFor();

  const other = await read('/ferry/', 'embed.min.js', PLACE);
  await other.getByText('2 Comments').waitFor();
  const theirs = other.locator('#isso-root > .isso-comment');
  assert.equal(await theirs.locator('> .isso-text-wrapper a.isso-edit').count(), 0);
  await theirs.locator('> .isso-text-wrapper a.isso-upvote').click();
  await theirs.locator('> .isso-text-wrapper .isso-votes', { hasText: '1' }).waitFor();

  await second.locator('a.isso-delete').click();
  await second.locator('a.isso-delete').click();
  await second.waitFor({ state: 'detached' });
  await first.locator('a.isso-delete').click();
  await first.locator('a.isso-delete').click();
  await first.waitFor({ state: 'detached' });

  for (const reader of [page, other]) {
    expectQuiet(reader, HEADERS);
    expectOnlyAsked(reader, [desk.host.origin, desk.comments]);
  }
});

test('Isso’s own script shows more when it is asked for more', async () => {
  const story = `${desk.host.origin}/long`;
  const root = await desk.post(story, 'Root 1');
  await desk.post(story, 'Root 2');
  await desk.post(story, 'Root 3');
  await desk.post(story, 'Reply 1', { parent: root });
  await desk.post(story, 'Reply 2', { parent: root });

  const page = await read('/long', 'embed.min.js', PLACE);
  await page.getByText('5 Comments').waitFor();
  const texts = () => page.locator('.isso-comment .isso-text').allInnerTexts();
  assert.deepEqual((await texts()).filter(Boolean), ['Root 1', 'Reply 1', 'Root 2']);

  for (const more of ['Reply 2', 'Root 3']) {
    const loader = more === 'Root 3' ? '#isso-root > .isso-comment-loader' : '.isso-follow-up > .isso-comment-loader';
    await page.locator(`${loader} a`).click();
    await page.locator('.isso-text', { hasText: more }).waitFor();
  }

  assert.equal(await page.locator('#isso-root .isso-comment').count(), 5);
  expectQuiet(page, HEADERS);
});

test('Isso’s own counter counts', async () => {
  await desk.post(`${desk.host.origin}/one`, 'Counted');
  const page = await read(
    '/front',
    'count.min.js',
    '<a href="/one#isso-thread">Comments</a> <a href="/none#isso-thread">Comments</a>',
  );

  await page.getByText('One Comment').waitFor();
  await page.getByText('0 Comments').waitFor();

  expectQuiet(page, HEADERS);
});
