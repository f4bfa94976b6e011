/** People on their way through a place, and the pictures that they bring home. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expectAccessible, expectQuiet, open, watched } from '../browser.js';
import { until } from '../harness.js';
import { ROOT } from './docs.js';

/** @typedef {import('./places.js').Place} Place */
/** @typedef {import('../browser.js').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

/** Where the pictures are put. */
const ALBUM = join(ROOT, 'target/journeys');

/** Who has not come home yet. @type {Set<Person>} */
const abroad = new Set();

/** Somebody with a browser. */
export class Person {
  #nViews = 0;
  /** @type {Page[]} */
  #pages = [];

  /**
   * @param {Place} place
   * @param {string} walk What they are out for, in a word or two.
   * @param {import('../browser.js').As} how
   */
  constructor(place, walk, how) {
    this.place = place;
    this.walk = walk;
    this.how = { scheme: place.scheme, ...how };
    abroad.add(this);
  }

  /** Go to an address: at first with a browser that knows nothing yet. @param {string} address */
  async go(address) {
    const where = this.#pages[0]?.context() ?? this.place.browser;
    const page = await open(where, address, this.how);
    this.#pages.push(page);
    return page;
  }

  /** Go to a story, until its thread lives. @param {string} slug */
  async read(slug) {
    const page = await this.go(this.place.story(slug));
    await page.locator('[data-rj=thread][data-live]').waitFor();
    return page;
  }

  /**
   * The window that an act opens.
   *
   * @param {Page} page
   * @param {() => Promise<void>} act
   */
  async window(page, act) {
    const opened = page.waitForEvent('popup');
    await act();
    const popup = watched(await opened);
    this.#pages.push(popup);
    await popup.waitForLoadState();
    return popup;
  }

  /**
   * Look at what is shown: nobody is kept from it, nothing runs out of it, and a picture remains.
   *
   * @param {Page} page
   * @param {string} view
   */
  async look(page, view) {
    await this.#picture(page, view);
    const over = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(over, 0, `${view} is ${over} pixels too wide`);
    await expectAccessible(page);
  }

  /** @param {Page} page @param {string} view */
  async #picture(page, view) {
    const { place, walk, how } = this;
    this.#nViews += 1;
    const folder = join(ALBUM, place.name);
    await mkdir(folder, { recursive: true });
    const n = `${this.#nViews}`.padStart(2, '0');
    const name = `${walk} ${n} ${view} ${how.width ?? 1280} ${how.scheme}.png`;
    await page.screenshot({ path: join(folder, name.replaceAll(' ', '-')) });
  }

  /** Go home: no page has complained. */
  async leave() {
    this.#open().forEach((page) => expectQuiet(page));
    await this.#goHome();
  }

  /** Go home from where the way has ended, with a picture of it. */
  async giveUp() {
    for (const page of this.#open()) {
      await this.#picture(page, 'lost');
    }
    await this.#goHome();
  }

  #open() {
    return this.#pages.filter((page) => !page.isClosed());
  }

  async #goHome() {
    abroad.delete(this);
    await this.#pages[0]?.context().close();
  }
}

/** Bring home whoever is still on the way. */
export async function giveUp() {
  for (const person of abroad) {
    await person.giveUp();
  }
}

/**
 * The comment of somebody.
 *
 * @param {Page} page
 * @param {string} name
 * @param {string} text
 */
export function comment(page, name, text) {
  return page.getByLabel(`Comment by ${name}`).filter({ hasText: text });
}

/**
 * Somebody else says something.
 *
 * @param {Place} place
 * @param {string} slug
 * @param {{name: string, texts: string[], to?: {name: string, text: string}}} said
 */
export async function others(place, slug, { name, texts, to }) {
  const other = new Person(place, 'other', {});
  const page = await other.read(slug);
  for (const text of texts) {
    if (to) {
      await comment(page, to.name, to.text).getByRole('link', { name: 'Reply' }).click();
    }
    const field = to ? `Reply to ${to.name}` : 'Your comment';
    await page.getByRole('textbox', { name: field }).click();
    await page.getByRole('textbox', { name: field }).fill(text);
    await page.getByRole('button', { name: /^Post/ }).click();
    // It is asked for once.
    const asked = page.getByRole('textbox', { name: 'Name', exact: true });
    const isAsked = await asked.waitFor({ timeout: 300 }).then(() => true, () => false);
    if (isAsked) {
      await asked.fill(name);
      await page.getByRole('button', { name: /^Post/ }).click();
    }
    await comment(page, name, text).or(page.locator('[data-state=held]', { hasText: text })).waitFor();
    await page.getByText(/Your comment is posted|Waiting for a moderator/).first().waitFor();
  }
  await other.leave();
}

/**
 * What others see of a story, once it holds.
 *
 * @param {Place} place
 * @param {string} slug
 * @param {string} what
 * @param {(page: Page) => Promise<boolean>} holds
 */
export async function othersSee(place, slug, what, holds) {
  const other = new Person(place, 'other', {});
  const page = await other.read(slug);
  await until(what, async () => {
    if (await holds(page)) {
      return true;
    }
    await page.reload();
    await page.locator('[data-rj=thread][data-live]').waitFor();
    return false;
  });
  await other.leave();
}

/** The first link in a mail whose path begins with `path`. @param {string} mail @param {string} path */
export function linkIn(mail, path) {
  const links = mail.match(/https?:\/\/[^\s">]+/g) ?? [];
  const link = links.find((one) => new URL(one).pathname.startsWith(path));
  return link ?? assert.fail(`no link to ${path} in\n${mail}`);
}

/** Where a mail leads to the comment that it tells of. @param {string} mail */
export function answered(mail) {
  return /Read it[^:]*: (http\S+)/.exec(mail)?.[1] ?? assert.fail(mail);
}

/** So many keys lead nowhere. */
const MAX_TABS = 200;

/**
 * Press Tab until something has the focus.
 *
 * @param {Locator} place
 * @param {'Tab' | 'Shift+Tab'} key
 */
export async function tabTo(place, key = 'Tab') {
  const page = place.page();
  for (let n = 0; n < MAX_TABS; n += 1) {
    await page.keyboard.press(key);
    if (await place.and(page.locator(':focus')).count()) {
      return;
    }
  }
  assert.fail(`${key} does not lead to ${place}`);
}
