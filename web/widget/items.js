/** Items of a list as they come and go, and how many there are. */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Take an item out of its list; whoever was in it goes on beside it.
 *
 * @param {Thread} thread
 * @param {Element | null | undefined} item
 */
export function takeOut(thread, item) {
  const near = item?.previousElementSibling ?? item?.nextElementSibling ?? item?.parentElement?.closest('li');
  const { activeElement } = /** @type {Document} */ (thread.section.getRootNode());
  const hasFocus = item?.contains(activeElement);
  item?.remove();
  hasFocus && thread.reveal((near && part(near, 'comment')) ?? thread.section);
}

/** Count one more in the heading, or one less. @param {Thread} thread @param {1 | -1} step */
export async function recount({ section, words }, step) {
  const heading = part(section, 'count');
  if (heading) {
    const n = Number(heading.dataset['count']) + step;
    heading.dataset['count'] = `${n}`;
    heading.textContent = counted(words, (await words.all()).thread.count, n);
  }
}

/**
 * Returns a number of things in words.
 *
 * @param {import('./words.js').Words} words
 * @param {Record<string, string> | undefined} forms
 * @param {number} n
 */
export function counted({ language, locale }, forms, n) {
  const kind = new Intl.PluralRules(language).select(n);
  return (forms?.[kind] ?? forms?.other ?? '{n}').replace('{n}', n.toLocaleString(locale));
}
