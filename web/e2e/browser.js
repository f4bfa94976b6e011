import assert from 'node:assert/strict';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {import('playwright-core').Page} Page */

const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  // A host that is this machine, and whose name does not say so.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  '--no-first-run',
  '--no-sandbox',
];

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const SWITCH = 'Emulation.setScriptExecutionDisabled';

/** What happened in a page since it was opened. @type {WeakMap<Page, Watch>} */
const watches = new WeakMap();

/**
 * @typedef {object} Watch
 * @property {string[]} complaints Uncaught errors, and what the console calls an error.
 * @property {Set<string>} origins Every origin that was asked for something.
 * @property {import('playwright-core').CDPSession} [unscripted] Where script is switched off.
 */

/**
 * Chromium with a profile of its own and no business of its own.
 *
 * @param {string[]} [flags] More of its flags.
 * @returns {Promise<Browser>}
 */
export function startBrowser(flags = []) {
  const executablePath = process.env['REJOINDER_CHROMIUM'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags], headless: true });
}

/** @typedef {{width?: number, height?: number, scheme?: 'light' | 'dark', script?: boolean}} As */

/**
 * Open `url` as a new reader, or in `where` as the same one again.
 *
 * @param {Browser | BrowserContext} where
 * @param {string} url
 * @param {As} [as]
 */
export async function open(where, url, { width = 1280, height = 900, scheme, script } = {}) {
  const context =
    'newContext' in where
      ? await where.newContext({
          viewport: { width, height },
          colorScheme: scheme ?? 'light',
          hasTouch: width < 600,
          reducedMotion: 'reduce',
          locale: 'en-GB',
          timezoneId: 'UTC',
          // The tests sign their certificates themselves.
          ignoreHTTPSErrors: true,
        })
      : where;
  const page = await context.newPage();
  const seen = watch(page);
  if (script === false) {
    seen.unscripted = await context.newCDPSession(page);
    await seen.unscripted.send(SWITCH, { value: true });
  }
  await page.goto(url, { waitUntil: 'load' });
  return page;
}

/**
 * Nothing in the page, shadow roots and frames included, is against WCAG 2.2 AA, as far as a
 * program can tell.
 *
 * @param {Page} page
 */
export async function expectAccessible(page) {
  const { unscripted } = watchOf(page);
  // axe waits on timers, which stand still in a page without script.
  await unscripted?.send(SWITCH, { value: false });
  // What is out of sight is not laid out, and axe would measure it where it is not.
  const whole = (/** @type {boolean} */ isWhole) =>
    page.locator('.rj-thread').evaluateAll((threads, is) => {
      for (const thread of threads) {
        thread.toggleAttribute('data-whole', is);
      }
    }, isWhole);
  await whole(true);
  const faults = await faultsIn(page);
  await whole(false);
  await unscripted?.send(SWITCH, { value: true });
  assert.equal(faults.length, 0, `${page.url()} is not accessible:\n${faults.join('\n')}`);
}

/**
 * No uncaught error and no complaint of the browser (a policy broken, a file missing) so far.
 *
 * @param {Page} page
 * @param {string} [known] How what a script of others makes the browser say begins.
 */
export function expectQuiet(page, known) {
  const complaints = watchOf(page).complaints.filter((said) => !known || !said.startsWith(known));
  assert.deepEqual(complaints, []);
}

/**
 * The page asked nobody but `origins` for anything so far.
 *
 * @param {Page} page
 * @param {string[]} origins
 */
export function expectOnlyAsked(page, origins) {
  const others = [...watchOf(page).origins].filter((origin) => !origins.includes(origin));
  assert.deepEqual(others, []);
}

/** @param {Page} page */
async function faultsIn(page) {
  const faults = [];
  for (const frame of page.frames()) {
    await frame.evaluate(axe.source);
    const violations = await frame.evaluate(async (tags) => {
      const { axe } = /** @type {{axe: typeof import('axe-core')}} */ (
        /** @type {unknown} */ (globalThis)
      );
      const results = await axe.run(document, {
        runOnly: tags,
        resultTypes: ['violations'],
        iframes: false,
      });
      return results.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, html, failureSummary }) => ({
          rule: `${id}: ${help}`,
          place: target.flat().join(' >>> '),
          html,
          reason: failureSummary ?? '',
        })),
      );
    }, TAGS);
    faults.push(
      ...violations.map(
        ({ rule, place, html, reason }) => `${rule}\n  at ${place}\n  ${html}\n  ${reason}`,
      ),
    );
  }
  return faults;
}

/** @param {Page} page */
function watch(page) {
  /** @type {Watch} */
  const seen = { complaints: [], origins: new Set() };
  watches.set(page, seen);
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  page.on('console', (message) => {
    // axe has no address of its own: it copies style sheets into style elements, which policies refuse.
    const isOfAxe = message.location().url === '' && message.text().startsWith('Applying inline style');
    if (message.type() === 'error' && !isOfAxe) {
      seen.complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) {
      seen.origins.add(origin);
    }
  });
  return seen;
}

/** Watch a page that another has opened. @param {Page} page */
export function watched(page) {
  watch(page);
  return page;
}

/** @param {Page} page */
function watchOf(page) {
  const seen = watches.get(page);
  assert.ok(seen, 'open the page with open()');
  return seen;
}
