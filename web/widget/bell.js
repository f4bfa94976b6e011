/** What an account is told: replies, what it follows, and what became of its own comments. */
import { part } from '../shared/nodes.js';
import { counted } from './items.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Show an account how much it has not read.
 *
 * @param {Thread} thread
 * @param {HTMLElement} link
 */
export async function ring(thread, link) {
  const n = thread.me?.n_notices ?? 0;
  link.hidden = thread.me?.reader?.kind !== 'account';
  if (link.hidden) {
    close(thread, link);
  }
  if (n > 0 || link.dataset['n']) {
    const { widget, follow } = await thread.words.all();
    link.textContent = n > 0 ? counted(thread.words, widget.unread, n) : follow.bell;
    link.dataset['n'] = n > 0 ? `${n}` : '';
  }
}

/**
 * Open the list, which then counts as read, or close it.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function bell(thread, link) {
  if (close(thread, link)) {
    return;
  }
  const { pathname, search } = new URL(link.href);
  const answer = await thread.fetch(pathname + search, { credentials: 'include' });
  const list = part(thread.scope.parse(await answer.text()), 'notices');
  if (!list || part(thread.section, 'notices')) {
    return;
  }
  list.querySelector('form')?.remove();
  link.closest('header')?.after(list);
  link.ariaExpanded = 'true';
  thread.wake(list);
  list.focus();
  const { until } = list.dataset;
  if (until) {
    await thread.ask('POST', 'notices/read', { site: thread.address.site, until });
    thread.me && (thread.me.n_notices = 0);
    await ring(thread, link);
  }
}

/** @param {Thread} thread @param {HTMLElement} link */
function close(thread, link) {
  const list = part(thread.section, 'notices');
  link.ariaExpanded = 'false';
  list?.remove();
  return list;
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { bell };
