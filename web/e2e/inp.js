// How long a slow phone takes to show what a reader's act does in a long thread: `node e2e/inp.js`.
// Prints the interactions' durations as browsers measure them for INP, in ms.
import { openDesk } from './paper.js';

/** In groups of five, as in the benchmark: a root, three replies, a reply to a reply. */
const N_GROUPS = 380;
const SLOWDOWN = 6;
const N_ACTS = 7;

const desk = await openDesk();
try {
  await write();
  const page = await desk.read('long', { width: 390, height: 844 });
  await expand(page);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  console.log(`${await page.locator('article').count()} comments, processor ${SLOWDOWN} × slower`);
  report('vote', await durations(page, '[data-rj=up]'));
  report('open a reply', await durations(page, '[data-rj=reply]'));
} finally {
  await desk.stop();
}

/** Write a long discussion. */
async function write() {
  const text = 'The timetable of 1911 was better, and the trains ran on Sundays. '.repeat(3);
  const groups = Array.from({ length: N_GROUPS }, (_, n) => n);
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = groups.pop(); n !== undefined; n = groups.pop()) {
        const root = await desk.post('long', `Group ${n}. ${text}`);
        const replies = [];
        for (let k = 0; k < 3; k += 1) {
          replies.push(await desk.post('long', `Reply ${n}, ${k}. ${text}`, { parent: root }));
        }
        await desk.post('long', `Answer ${n}. ${text}`, { parent: replies[0] ?? root });
        n === 0 && (await desk.shows('long', root));
      }
    }),
  );
}

/** Show all of it. @param {import('./paper.js').Page} page */
async function expand(page) {
  for (let n = await page.locator('article').count(); ; ) {
    const more = page.locator('.rj-more-roots');
    if ((await more.count()) === 0) {
      return;
    }
    await more.evaluate((link) => /** @type {HTMLElement} */ (link).click());
    await page.waitForFunction((n) => {
      const { shadowRoot } = document.querySelector('rejoinder-thread') ?? {};
      return (shadowRoot?.querySelectorAll('article').length ?? 0) > n;
    }, n);
    n = await page.locator('article').count();
  }
}

/**
 * Tap controls in different parts of the thread.
 *
 * @param {import('./paper.js').Page} page
 * @param {string} selector
 */
async function durations(page, selector) {
  const all = [];
  for (let act = 1; act <= N_ACTS; act += 1) {
    const control = page.locator(selector);
    const one = control.nth(Math.floor(((await control.count()) * act) / (N_ACTS + 1)));
    await one.evaluate((it) => it.scrollIntoView({ block: 'center' }));
    await settled(page);
    const told = page.evaluate(
      () =>
        new Promise((resolve) => {
          let longest = 0;
          const observer = new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              const { interactionId, duration } = /** @type {any} */ (entry);
              longest = interactionId ? Math.max(longest, duration) : longest;
              if (entry.name === 'click') {
                observer.disconnect();
                requestAnimationFrame(() => resolve(longest));
              }
            }
          });
          observer.observe(/** @type {any} */ ({ type: 'event', durationThreshold: 16 }));
          // What takes less than that is not told of.
          document.addEventListener('click', () => setTimeout(() => resolve(longest), 5_000));
        }),
    );
    // A tap of the locator would look at the page, too.
    const { x = 0, y = 0, width = 0, height = 0 } = (await one.boundingBox()) ?? {};
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    all.push(Number(await told));
  }
  return all;
}

/** Until the page has nothing more to do. @param {import('./paper.js').Page} page */
function settled(page) {
  return page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve))));
}

/** @param {string} what @param {number[]} all */
function report(what, all) {
  const sorted = [...all].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  console.log(`${what}: median ${median} ms, longest ${sorted.at(-1)} ms (${all.join(', ')})`);
}
