/** A real https address behind a web server that does TLS, on the publisher's site and on another. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { expectQuiet, open, startBrowser, watched } from './browser.js';
import { freshFolder, serve } from './harness.js';
import { AWAY, startNginx } from './journeys/nginx.js';
import { startPress } from './journeys/press.js';
import { texts, thread, write } from './paper.js';

const SITE = 'news.example';
const COMMENTS = `https://comments.${SITE}`;
const STORY = `${SITE}/story`;

/** @type {import('./browser.js').Browser} */
let browser;
/** @type {import('./harness.js').Rejoinder} */
let rejoinder;
/** @type {{stop: () => Promise<void>}[]} */
let programs = [];
let folder = '';

before(async () => {
  folder = await freshFolder();
  const press = await startPress('127.0.0.1');
  press.print(
    `<script src="${COMMENTS}/embed.js" async></script>` +
      `<rejoinder-thread site="${SITE}" page="${STORY}"></rejoinder-thread>`,
  );
  rejoinder = await serve([{ host: SITE, origin: `https://${SITE}` }], {
    REJOINDER_BASE: COMMENTS,
    REJOINDER_TRUSTED_PROXIES: '127.0.0.1',
  });
  await rejoinder.cli('site', 'set', SITE, 'origins', `https://${SITE},https://${AWAY}`);
  const listen = new URL(rejoinder.origin).host;
  const nginx = await startNginx(folder, { listen, press: press.origin });
  programs = [nginx, rejoinder, press];
  browser = await startBrowser(nginx.flags);
});

after(async () => {
  await browser.close();
  for (const program of programs) {
    await program.stop();
  }
  await rm(folder, { recursive: true, force: true });
});

/**
 * Post a comment in the page that is open.
 *
 * @param {import('./browser.js').Page} page
 * @param {{text: string, name?: string}} said
 * @returns {Promise<string>} The cookie that came with the answer, as it was set.
 */
async function post(page, said) {
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, said);
  const answered = page.waitForResponse(
    (answer) => answer.url() === `${COMMENTS}/api/v1/comments` && answer.request().method() === 'POST',
  );
  await form.locator('[data-rj=send]').click();
  const headers = await (await answered).allHeaders();
  await page.getByText('Your comment is posted.').waitFor();
  return headers['set-cookie'] ?? '';
}

/** Vote for the comment that says `text`; the votes that it has then. */
async function vote(/** @type {import('./browser.js').Page} */ page, /** @type {string} */ text) {
  const comment = page.locator('article', { hasText: text }).first();
  const answered = page.waitForResponse((answer) => answer.request().method() === 'PUT');
  await comment.locator('[data-rj=up]').click();
  const answer = await answered;
  assert.ok(answer.ok(), await answer.text());
  return (await answer.json()).up;
}

test('on the publisher’s own site a reader posts, votes and signs in under the host’s own cookie', async () => {
  const guest = await open(browser, `https://${STORY}`);
  await thread(guest);
  const set = await post(guest, { text: 'From a guest', name: 'Gus' });
  assert.match(set, /^__Host-rejoinder=\w+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/);
  expectQuiet(guest);

  const page = await open(browser, `https://${STORY}`);
  await thread(page);
  const opened = page.waitForEvent('popup');
  await page.locator('#compose textarea').click();
  await page.locator('#compose [data-rj=enter]').click();
  await signIn(watched(await opened), 'ann@reader.example', 'Ann Lee');
  await page.locator('#compose').getByText('Ann Lee').waitFor();
  await post(page, { text: 'From Ann' });
  assert.equal(await vote(page, 'From a guest'), 1);

  const cookies = await page.context().cookies();
  const held = cookies.filter(({ name }) => name === '__Host-rejoinder');
  assert.equal(held.length, 1);
  assert.ok(held.every(({ secure, httpOnly, domain }) => secure && httpOnly && domain === new URL(COMMENTS).host));
  expectQuiet(page);
});

test('on another site everything works under a cookie that is kept for that site alone', async () => {
  const guest = await open(browser, `https://${AWAY}/story`);
  await thread(guest);
  const set = await post(guest, { text: 'From afar', name: 'Gus' });
  assert.match(set, /^__Host-rejoinder=.*; HttpOnly; Secure; SameSite=None; Partitioned$/);
  expectQuiet(guest);

  const page = await open(browser, `https://${AWAY}/story`);
  await thread(page);
  const opened = page.waitForEvent('popup');
  await page.locator('#compose textarea').click();
  await page.locator('#compose [data-rj=enter]').click();
  await signIn(watched(await opened), 'bo@reader.example', 'Bo Ode');
  await page.locator('#compose').getByText('Bo Ode').waitFor();
  await post(page, { text: 'From Bo' });
  assert.equal(await vote(page, 'From afar'), 1);

  const cookies = await page.context().cookies();
  const embedded = cookies.filter(({ partitionKey }) => partitionKey === `https://${AWAY}`);
  assert.deepEqual(embedded.map(({ name }) => name), ['__Host-rejoinder']);
  const said = await texts(page);
  assert.ok(said.includes('From afar') && said.includes('From Bo'), said.join());
  expectQuiet(page);
});

/**
 * @param {import('./browser.js').Page} popup
 * @param {string} email
 * @param {string} name
 */
async function signIn(popup, email, name) {
  await popup.locator('[name=email]').fill(email);
  await popup.getByRole('button', { name: 'Send me a link' }).click();
  await popup.getByText('Check your email').waitFor();
  const closed = popup.waitForEvent('close');
  const mail = await rejoinder.mail();
  const link = /https:\S+\/auth\/link\?[^\s"]+/.exec(mail)?.[0] ?? assert.fail(mail);
  assert.ok(link.startsWith(`${COMMENTS}/`), link);
  const tab = await open(popup.context(), link);
  await tab.locator('[name=name]').fill(name);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await closed;
}
