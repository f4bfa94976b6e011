/** What the tests of the widget have in common: a paper, its readers, and what they wrote. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { open, startBrowser } from './browser.js';
import { startPaper, until } from './harness.js';

/** @typedef {import('./browser.js').Page} Page */
/** @typedef {{name?: string, parent?: string}} By */

/**
 * A paper with a browser to read it in.
 *
 * @typedef {object} Desk
 * @property {import('./browser.js').Browser} browser
 * @property {import('./hostsite/server.js').HostSite} host
 * @property {import('./harness.js').Rejoinder} rejoinder
 * @property {string} comments The server under a name of the paper's, so that its cookie is kept.
 * @property {(page: string, text: string, by?: By) => Promise<string>} post
 *   Post as someone new; the comment's id.
 * @property {(page: string, id: string) => Promise<void>} shows
 *   Wait until the thread is given out with this comment: one that only gained may be a moment old.
 * @property {(page: string, how?: Parameters<typeof open>[2]) => Promise<Page>} read Open a story.
 * @property {(page: string, rest?: string) => string} embed The thread's own page.
 * @property {() => Promise<void>} stop
 */

/**
 * @param {Record<string, string>} [settings] More of the server's environment.
 * @returns {Promise<Desk>}
 */
export async function openDesk(settings) {
  const paper = await startPaper(settings);
  const browser = await startBrowser();
  const { host, rejoinder } = paper;
  const comments = `http://comments.${host.host}:${new URL(rejoinder.origin).port}`;
  host.embed(comments);
  return {
    browser,
    host,
    rejoinder,
    comments,
    post: async (page, text, { name = 'Ann Lee', parent } = {}) => {
      const answer = await fetch(`${rejoinder.origin}/api/v1/comments`, {
        method: 'POST',
        headers: { origin: host.origin, 'content-type': 'application/json' },
        body: JSON.stringify({ site: host.host, page, text, name, parent }),
      });
      assert.equal(answer.status, 201, await answer.clone().text());
      return (await answer.json()).comment.id;
    },
    shows: async (page, id) => {
      const query = new URLSearchParams({ site: host.host, page });
      await until(`the thread to show ${id}`, async () => {
        const thread = await fetchAs(comments, `${rejoinder.origin}/embed/thread?${query}`);
        return thread.includes(`comment-${id}`);
      });
    },
    read: async (page, how) => {
      const reader = await open(browser, storyAt(host.origin, page), how);
      await thread(reader);
      return reader;
    },
    embed: (page, rest = '') =>
      `${comments}/embed?${new URLSearchParams({ site: host.host, page })}${rest}`,
    stop: async () => {
      await browser.close();
      await paper.stop();
    },
  };
}

/**
 * What is given out to those who know the server as `origin`: links begin with that name, so each
 * name has its own rendering.
 *
 * @param {string} origin
 * @param {string} address
 * @returns {Promise<string>}
 */
function fetchAs(origin, address) {
  const headers = { host: new URL(origin).host };
  return new Promise((resolve, reject) => {
    get(address, { headers }, async (answer) => {
      const parts = await answer.setEncoding('utf8').toArray();
      resolve(parts.join(''));
    }).on('error', reject);
  });
}

/**
 * Sign Ann in on the server's own pages, and go on to `to`.
 *
 * @param {Desk} desk
 * @param {string} email
 * @param {string} to
 */
export async function signedIn(desk, email, to) {
  const query = new URLSearchParams({ site: desk.host.host, to });
  const page = await open(desk.browser, `${desk.comments}/auth/sign-in?${query}`);
  await page.locator('[name=email]').fill(email);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByText('Check your email').waitFor();
  const mail = await desk.rejoinder.mail();
  const link = /http\S+\/auth\/link\?[^\s"]+/.exec(mail)?.[0] ?? assert.fail(mail);
  const { pathname, search } = new URL(link);
  await page.goto(desk.comments + pathname + search);
  await page.locator('[name=name]').fill('Ann');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(desk.comments + to);
  return page;
}

/**
 * Someone of the newsroom, signed in by the link of the command line.
 *
 * @param {Desk} desk
 * @param {string} name
 * @param {'editor' | 'moderator' | 'owner'} role
 * @param {{origin?: string, width?: number, script?: boolean}} [how] At which address of the server: that of `desk.comments`.
 * @returns {Promise<Page>} Where they are signed in.
 */
export async function colleague(desk, name, role, { origin = desk.comments, ...view } = {}) {
  const mail = `${name.toLowerCase()}@paper.example`;
  const said = await desk.rejoinder.cli('staff', 'add', mail, '--site', desk.host.host, '--role', role);
  const path = /\/auth\/sign-in\S+/.exec(said)?.[0] ?? assert.fail(said);
  const page = await open(desk.browser, origin + path, view);
  await page.locator('[name=name]').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.search === '');
  return page;
}

/**
 * The address of the story whose thread is `page`.
 *
 * @param {string} origin
 * @param {string} page
 */
export function storyAt(origin, page) {
  return `${origin}/story?page=${encodeURIComponent(page)}`;
}

/**
 * The thread, once it is shown and lives.
 *
 * @param {Page} page
 */
export async function thread(page) {
  const section = page.locator('[data-rj=thread]');
  await section.first().waitFor();
  await page.locator('[data-rj=thread][data-live]').first().waitFor();
  return section;
}

/**
 * What the comments say, from the top.
 *
 * @param {Page} page
 */
export function texts(page) {
  return page.locator('article .rj-text').allInnerTexts();
}

/**
 * Fill the form that stands open. Where there is script, the first Post asks for the name.
 *
 * @param {import('playwright-core').Locator} form
 * @param {{text: string, name?: string}} said
 */
export async function write(form, { text, name }) {
  await form.locator('textarea').fill(text);
  if (name !== undefined) {
    await sign(form, name);
  }
}

/**
 * Say who writes, in a form that has a text.
 *
 * @param {import('playwright-core').Locator} form
 * @param {string} name
 */
export async function sign(form, name) {
  const asked = form.locator('[name=name]');
  if (!(await asked.isVisible())) {
    await form.locator('[data-rj=send]').click();
  }
  await asked.fill(name);
}
