/** What keys do: those that are pressed outside of fields, and Esc anywhere. */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** What closes what it stands in. */
const CLOSERS = ['cancel', 'cancel_flag', 'cancel_correct', 'cancel_correction', 'cancel_sources', 'close_find', 'close_moderate', 'keep', 'keep_writing', 'decline'];

const SELECTOR = CLOSERS.map((name) => `[data-rj=${name}]:not([hidden])`).join();

/**
 * Close the innermost thing that is open around `target`, and go on where it was opened.
 *
 * @param {Thread} thread
 * @param {HTMLElement} target
 */
export function escape(thread, target) {
  const question = target.closest('[data-rj=ask]');
  const box = question ?? target.closest('form:not([hidden]),details[open],[data-rj=found],[data-rj=notices],span.rj-own');
  /** @type {HTMLElement | null} */
  const closer = box?.querySelector(SELECTOR) ?? null;
  const bell = /** @type {HTMLElement | null} */ (thread.section.querySelector('[data-rj=bell][aria-expanded=true]'));
  const details = target.closest('details');
  if (closer) {
    closer.click();
  } else if (details?.open) {
    details.open = false;
    details.querySelector('summary')?.focus();
  } else if (bell && (target === bell || box)) {
    bell.click();
    bell.focus();
  }
}

/** @param {Thread} thread @param {string} key One that means something, pressed outside of fields. */
export async function press(thread, key) {
  if (key === '/') {
    const field = part(thread.section, 'found')?.querySelector('input[type=search]');
    field ? /** @type {HTMLElement} */ (field).focus() : part(thread.section, 'search')?.click();
  } else if (/[jknp]/.test(key)) {
    await (await import('./unread.js')).jump(thread, key);
  } else {
    await (await import('./moderate.js')).press(thread, key);
  }
}
