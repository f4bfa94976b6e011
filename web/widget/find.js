/** Looking for words in the comments: the server's page of it, in the thread. */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** What each thread asks for; a later question takes the place of one before. @type {WeakMap<Thread, AbortController>} */
const questions = new WeakMap();

/**
 * Open the field, or close it.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function search(thread, link) {
  if (part(thread.section, 'found')) {
    close(thread);
    return;
  }
  const found = await read(thread, new URL(link.href).searchParams);
  if (found) {
    link.closest('p')?.after(found);
    link.ariaExpanded = 'true';
    focus(found);
  }
}

/** Show what holds the words that were typed. @param {Thread} thread @param {HTMLFormElement} form */
export async function submit(thread, form) {
  const query = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const found = await read(thread, query);
  const field = found && fieldOf(found);
  if (field) {
    // What was typed meanwhile stays.
    field.value = fieldOf(form)?.value ?? '';
    form.closest('[data-rj=found]')?.replaceWith(found);
    focus(found);
    thread.tell(part(found, 'n_found')?.textContent ?? '', undefined, '');
  }
}

/** Close it, and go on where it was opened. @param {Thread} thread */
function close(thread) {
  questions.get(thread)?.abort();
  part(thread.section, 'found')?.remove();
  const link = part(thread.section, 'search');
  if (link) {
    link.ariaExpanded = 'false';
    link.focus();
  }
}

/**
 * The server's page of it. What the reader has muted it leaves out.
 *
 * @param {Thread} thread
 * @param {URLSearchParams} query
 * @returns {Promise<HTMLElement | void>} Nothing once something else is asked, or it was closed.
 */
async function read(thread, query) {
  questions.get(thread)?.abort();
  const question = new AbortController();
  const { signal } = question;
  questions.set(thread, question);
  thread.scope.signal.addEventListener('abort', () => question.abort(), { signal });
  try {
    const answer = await thread.fetch(`/embed/search?${query}`, { credentials: 'include', signal });
    const found = part(thread.scope.parse(await answer.text()), 'found');
    if (found && !signal.aborted) {
      found.classList.remove('rj-thread');
      thread.wake(found);
      return found;
    }
  } catch (problem) {
    if (!signal.aborted) {
      throw problem;
    }
  } finally {
    question.abort();
  }
}

/** @param {HTMLElement} found */
function focus(found) {
  const field = fieldOf(found);
  field?.scrollIntoView({ block: 'nearest' });
  field?.focus();
}

/** @param {HTMLElement} place @returns {HTMLInputElement | null} */
function fieldOf(place) {
  return place.querySelector('input[type=search]');
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { search, close_find: close };
