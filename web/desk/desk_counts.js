/** The numbers in the rail, kept up to date while somebody looks. */
import { here } from './desk_page.js';

/** @typedef {Record<string, number>} Counts */

const EVERY_MS = 5_000;
const LIMIT = 1_000;

/**
 * Show the numbers of the queues.
 *
 * @param {Counts} counts
 */
export function showCounts(counts) {
  for (const place of document.querySelectorAll('[data-nr-count]')) {
    const n = counts[place.getAttribute('data-nr-count') ?? ''];
    if (n !== undefined) {
      const number = Math.min(n, LIMIT).toLocaleString(`${document.documentElement.lang}-u-nu-latn`);
      place.textContent = n < LIMIT ? number : `${number}+`;
    }
  }
}

/**
 * Ask for the numbers again and again, but not in a page that nobody sees.
 *
 * @param {(counts: Counts) => void} learn
 */
export function startCounts(learn) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = async () => {
    try {
      const answer = await fetch(`${here.desk}/counts`);
      if (answer.ok) {
        const counts = await answer.json();
        showCounts(counts);
        learn(counts);
      }
    } catch {
      // Offline; the next look may find it.
    }
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    timer = document.hidden ? undefined : setTimeout(look, EVERY_MS);
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? plan() : look()));
  plan();
}
