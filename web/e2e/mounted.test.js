import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { expectQuiet, open, startBrowser, watched } from './browser.js';
import { freeAddress, serve } from './harness.js';
import { startHostSite } from './hostsite/server.js';
import { storyAt, texts, thread, write } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */

/** Where the paper and its comments are: one host, of which `/comments` is Rejoinder's. */
let origin = '';
let comments = '';
/** @type {import('./hostsite/server.js').HostSite} */
let host;
/** @type {import('./harness.js').Rejoinder} */
let rejoinder;
/** @type {import('./browser.js').Browser} */
let browser;
/** What was asked beside `/comments` and is no page of the paper. @type {string[]} */
const astray = [];
/** @type {import('node:http').Server} */
let proxy;

before(async () => {
  const address = await freeAddress();
  const { port } = new URL(`http://${address}`);
  host = await startHostSite();
  origin = `http://${host.host}:${port}`;
  comments = `${origin}/comments`;
  host.embed(comments);
  [browser, rejoinder] = await Promise.all([
    startBrowser(),
    serve([{ host: host.host, origin }], { REJOINDER_BASE: comments, REJOINDER_TRUSTED_PROXIES: '127.0.0.1' }),
  ]);
  const behind = { own: new URL(rejoinder.origin).port, paper: new URL(host.origin).port };
  proxy = createServer((asked, answer) => {
    const path = asked.url ?? '/';
    const isOwn = path.startsWith('/comments/');
    const port = isOwn ? behind.own : behind.paper;
    const { method, headers } = asked;
    const passed = request({ host: '127.0.0.1', port, path, method, headers }, (given) => {
      if (!isOwn && given.statusCode === 404 && path !== '/favicon.ico') {
        astray.push(path);
      }
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  await new Promise((resolve) => proxy.listen(Number(port), '127.0.0.1', () => resolve(null)));
});

after(async () => {
  await browser.close();
  await rejoinder.stop();
  proxy.close();
  proxy.closeAllConnections();
  await host.stop();
});

/** Nothing was asked of the paper that is not the paper's. @param {Page[]} pages */
function expectHome(...pages) {
  pages.forEach((page) => expectQuiet(page));
  assert.deepEqual(astray, []);
}

/** The cookies that the server has given, with the path that each is for. @param {Page} page */
async function cookiePaths(page) {
  const cookies = await page.context().cookies(`${comments}/`);
  return cookies.map(({ name, path }) => `${name} ${path}`);
}

/** The address of the link in the mail that was just sent. */
async function mailedLink() {
  const mail = await rejoinder.mail();
  const link = /http\S+\/auth\/link\?[^\s"]+/.exec(mail)?.[0] ?? assert.fail(mail);
  assert.ok(link.startsWith(`${comments}/`), link);
  return link;
}

test('a reader posts, votes, edits and comes back on a host that is shared', async () => {
  const page = await open(browser, storyAt(origin, 'shared'));
  await thread(page);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Below a path', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  assert.deepEqual(await cookiePaths(page), ['rejoinder /comments']);

  await page.reload();
  await thread(page);
  assert.deepEqual(await texts(page), ['Below a path']);
  await page.locator('[data-rj=own]:not([hidden])').waitFor();

  const other = await open(browser, storyAt(origin, 'shared'));
  await thread(other);
  const cast = other.waitForResponse((answer) => new URL(answer.url()).pathname.endsWith('/vote'));
  await other.locator('[data-rj=up]').click();
  assert.equal((await cast).status(), 200);
  await other.reload();
  await thread(other);
  await other.locator('[data-rj=up][aria-pressed=true]').waitFor();
  expectHome(page, other);
});

test('a reader without script posts there, too', async () => {
  const query = new URLSearchParams({ site: host.host, page: 'plain' });
  const page = await open(browser, `${comments}/embed?${query}`, { script: false });
  await page.locator('#compose textarea').fill('Without script');
  await page.locator('#compose [name=name]').fill('Bob');
  await page.locator('#compose [data-rj=send]').click();
  await page.getByText('Without script').waitFor();
  assert.ok(page.url().startsWith(`${comments}/embed`), page.url());
  expectHome(page);
});

test('a reader signs in in a window, and adds a passkey', async () => {
  const page = await open(browser, storyAt(origin, 'signing-in'));
  await thread(page);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  const opened = page.waitForEvent('popup');
  await form.locator('[data-rj=enter]').click();
  const popup = watched(await opened);
  await popup.locator('[name=email]').fill('ann@reader.example');
  await popup.getByRole('button', { name: 'Send me a link' }).click();
  await popup.getByText('Check your email').waitFor();
  const closed = popup.waitForEvent('close');
  const tab = await open(page.context(), await mailedLink());
  await tab.locator('[name=name]').fill('Ann Lee');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await closed;
  await form.getByText('Ann Lee').waitFor();

  const session = await tab.context().newCDPSession(tab);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await tab.goto(`${comments}/account/${host.host}/settings`);
  await tab.locator('a[href$="/passkeys"]').click();
  await tab.getByLabel('Name of the passkey').fill('My laptop');
  await tab.getByRole('button', { name: 'Add', exact: true }).click();
  await tab.locator('li b', { hasText: 'My laptop' }).waitFor();
  assert.equal(tab.url(), `${comments}/account/${host.host}/passkeys`);
  expectHome(page, tab);
});

test('a moderator comes by the link of the console, and clears the desk by keys', async () => {
  await rejoinder.cli('site', 'set', host.host, 'mode', 'before');
  const added = await rejoinder.cli('staff', 'add', 'kim@paper.example', '--site', host.host, '--role', 'owner');
  const link = /http\S+\/auth\/sign-in\S+/.exec(added)?.[0] ?? assert.fail(added);
  assert.ok(link.startsWith(`${comments}/`), link);
  const held = async (/** @type {string} */ text) => {
    const answer = await fetch(`${rejoinder.origin}/comments/api/v1/comments`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ site: host.host, page: 'held', text, name: text }),
    });
    return answer.status === 202;
  };
  while (!(await held('One'))) {}
  await held('Two');
  const page = await open(browser, link);
  await page.locator('[name=name]').fill('Kim Ode');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Go to the moderators’ desk' }).click();
  await page.getByRole('heading', { name: 'Held' }).waitFor();
  assert.equal(page.url(), `${comments}/moderate/${host.host}`);

  await page.locator('html[data-live]').waitFor();
  await page.keyboard.press('j');
  await page.locator('[data-nr=item]:focus').waitFor();
  await page.keyboard.press('a');
  await page.locator('[data-nr=status]').getByText('Approved.').waitFor();
  await page.keyboard.press('z');
  await page.locator('[data-nr=status]').getByText('Undone.').waitFor();

  // Every place of the rail is there.
  const places = await page.locator('nav a[href^="/"]').evaluateAll((links) =>
    links.map((link) => `${link.getAttribute('href')}`),
  );
  assert.ok(places.length > 10, `${places}`);
  for (const place of places) {
    assert.ok(place.startsWith('/comments/'), place);
    const answer = await page.goto(origin + place);
    assert.equal(answer?.status(), 200, place);
  }
  expectHome(page);
});
