/** Looking for words in the comments: the server's page of it, in the thread. */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Open the field, or close it.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function search(thread, link) {
  if (part(thread.section, 'found')) {
    close(thread);
  } else {
    const found = await read(thread, new URL(link.href).searchParams);
    link.closest('p')?.after(found);
    link.ariaExpanded = 'true';
    focus(found);
  }
}

/** Show what holds the words that were typed. @param {Thread} thread @param {HTMLFormElement} form */
export async function submit(thread, form) {
  const query = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const found = await read(thread, query);
  form.closest('[data-rj=found]')?.replaceWith(found);
  focus(found);
  thread.tell(part(found, 'n_found')?.textContent ?? '', undefined, '');
}

/** Close it, and go on where it was opened. @param {Thread} thread */
function close(thread) {
  part(thread.section, 'found')?.remove();
  const link = part(thread.section, 'search');
  if (link) {
    link.ariaExpanded = 'false';
    link.focus();
  }
}

/** @param {Thread} thread @param {URLSearchParams} query @returns {Promise<HTMLElement>} */
async function read(thread, query) {
  const answer = await thread.fetch(`/embed/search?${query}`, { credentials: 'omit' });
  const found = /** @type {HTMLElement} */ (part(thread.scope.parse(await answer.text()), 'found'));
  found.classList.remove('rj-thread');
  // What a reader does not want to see is not found, either.
  for (const author of thread.me?.muted ?? []) {
    found.querySelectorAll(`[data-by="${author}"]`).forEach((item) => item.remove());
  }
  thread.wake(found);
  return found;
}

/** @param {HTMLElement} found */
function focus(found) {
  found.querySelector('input[type=search]')?.scrollIntoView({ block: 'nearest' });
  /** @type {HTMLInputElement | null} */ (found.querySelector('input[type=search]'))?.focus();
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { search, close_find: close };
