// Pictures of the demo: `node e2e/screenshots.js DIR`, which `cargo xtask screenshots` calls.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, startBrowser } from './browser.js';
import { demo } from './harness.js';

const WIDTHS = [390, 768, 1280];
const SCHEMES = /** @type {const} */ (['light', 'dark']);

const out = process.argv[2];
if (out === undefined) {
  throw new Error('usage: node e2e/screenshots.js DIR');
}
await mkdir(out, { recursive: true });
const paper = await demo();
const browser = await startBrowser();
try {
  const story = await firstStory(paper.origin);
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) {
      await takePictures(story, width, scheme);
    }
  }
} finally {
  await browser.close();
  await paper.stop();
}

/**
 * The address of the story that leads the front page.
 *
 * @param {string} origin
 */
async function firstStory(origin) {
  const page = await open(browser, origin);
  const link = page.locator('main a[href], article a[href]').first();
  const story = await link.evaluate((a) => /** @type {HTMLAnchorElement} */ (a).href);
  await page.context().close();
  return story;
}

/**
 * The front page, the story's first screen, and the first screen of its thread.
 *
 * @param {string} story
 * @param {number} width
 * @param {'light' | 'dark'} scheme
 */
async function takePictures(story, width, scheme) {
  const front = await open(browser, new URL('/', story).href, { width, scheme });
  const context = front.context();
  await front.screenshot({ path: picture('front', width, scheme) });

  const page = await open(context, story);
  const comment = page.locator('.rj-comment').first();
  await comment.waitFor();
  await page.screenshot({ path: picture('story', width, scheme) });
  await page.locator('.rj-thread').first().evaluate((thread) => thread.scrollIntoView());
  await page.screenshot({ path: picture('thread', width, scheme) });
  await context.close();
}

/**
 * @param {string} name
 * @param {number} width
 * @param {string} scheme
 */
function picture(name, width, scheme) {
  const path = join(out ?? '', `${name}-${width}-${scheme}.png`);
  console.log(path);
  return path;
}
