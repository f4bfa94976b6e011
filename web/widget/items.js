/** Items of a list as they come and go. */
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
