/** What is new since the reader's last visit; only the device knows. */
import { storage } from '../shared/storage.js';
import { go } from './browse.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** The newest comment of the last visit; later ones have later ids. @type {WeakMap<Thread, string>} */
const visits = new WeakMap();

const SIDE = /** @type {Record<string, number>} */ ({
  j: Node.DOCUMENT_POSITION_FOLLOWING,
  k: Node.DOCUMENT_POSITION_PRECEDING,
  n: Node.DOCUMENT_POSITION_FOLLOWING,
  p: Node.DOCUMENT_POSITION_PRECEDING,
});

/** Mark what is new in `node`, and remember what is there. @param {Thread} thread @param {ParentNode} node */
export function mark(thread, node) {
  const key = `newest:${thread.name}`;
  let newest = storage.get(key) ?? '';
  const seen = visits.get(thread) ?? newest;
  visits.set(thread, seen);
  /** @type {NodeListOf<HTMLElement>} */
  const comments = node.querySelectorAll('[data-id]');
  for (const comment of comments) {
    const id = comment.dataset['id'] ?? '';
    comment.toggleAttribute('data-unread', seen && id > seen && !thread.me?.own.includes(id));
    newest = id > newest ? id : newest;
  }
  storage.set(key, newest);
}

/**
 * Go to another comment.
 *
 * @param {Thread} thread
 * @param {string} key j for the next one, k for the one before; n and p for those that are new.
 */
export async function jump(thread, key) {
  const isAny = /[jk]/.test(key);
  const all = /** @type {NodeListOf<HTMLElement>} */ (
    thread.section.querySelectorAll(isAny ? '[data-rj=list] [data-id]' : '[data-unread]')
  );
  const { activeElement } = /** @type {Document} */ (thread.section.getRootNode());
  const here = activeElement?.closest('[data-id]') ?? thread.section;
  const ahead = [...all].filter(
    // What is folded is passed over.
    (one) => here.compareDocumentPosition(one) & (SIDE[key] ?? 0) && one !== here && (!isAny || one.checkVisibility()),
  );
  const next = /[jn]/.test(key) ? ahead[0] : ahead.at(-1);
  if (isAny) {
    next && thread.reveal(next);
  } else {
    await (next ? go(thread, next.dataset['id'] ?? '') : thread.say('nothing_new'));
  }
}
