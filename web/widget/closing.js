/** A page that is closed to new comments while it is open here, or opened again. */
import { part } from '../shared/nodes.js';
import { blame } from './compose.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** What stands above the thread only where one can write, besides the forms. */
const ABOVE = ':scope>div.rj-notice,:scope>.rj-guidelines';

/**
 * Show what the page is now. Hearing the same again changes nothing.
 *
 * @param {Thread} thread
 * @param {{html?: string | null}} change The sentence above the thread, where it is closed.
 */
export async function hear(thread, { html }) {
  const isClosed = !!part(thread.section, 'closed');
  if (isClosed === !!html) {
    return;
  }
  await (html ? close(thread, html) : open(thread));
  thread.me?.desk && (await thread.know());
}

/** What was begun stays, to be copied or sent later. @param {Thread} thread @param {string} html */
async function close(thread, html) {
  const { section } = thread;
  section.querySelector('.rj-head')?.after(thread.scope.parse(html));
  section.dataset['closed'] = '';
  const why = await thread.words.explain({ code: 'page_closed' });
  for (const form of formsOf(section)) {
    const place = form.querySelector('[data-rj-error=""]');
    if (place) {
      place.textContent = why;
      place.removeAttribute('hidden');
    }
    part(form, 'send')?.setAttribute('disabled', '');
  }
  thread.tell(part(section, 'closed')?.textContent ?? '');
}

/** @param {Thread} thread */
async function open(thread) {
  const { section } = thread;
  if (!section.querySelector(':scope>[data-rj=compose]')) {
    await fetchForms(thread);
  }
  part(section, 'closed')?.remove();
  delete section.dataset['closed'];
  for (const form of formsOf(section)) {
    blame(form);
    part(form, 'send')?.removeAttribute('disabled');
  }
  await thread.say('opened');
}

/** What was not sent for a closed page: the form, and the ways to reply. @param {Thread} thread */
async function fetchForms(thread) {
  const { section, scope } = thread;
  const query = new URLSearchParams({ ...thread.address, sort: section.dataset['sort'] ?? '' });
  const answer = await thread.fetch(`/embed/thread?${query}`, { credentials: 'omit' });
  const fresh = part(scope.parse(await answer.text()), 'thread');
  const compose = fresh && part(fresh, 'compose');
  if (!fresh || !compose) {
    return;
  }
  thread.blank ??= compose.cloneNode(true);
  section.querySelector('.rj-head')?.after(...fresh.querySelectorAll(ABOVE), compose);
  const notify = part(fresh, 'notify');
  notify && part(section, 'count')?.after(notify);
  for (const link of fresh.querySelectorAll('[data-id] [data-rj=reply]')) {
    const id = /** @type {HTMLElement | null} */ (link.closest('[data-id]'))?.dataset['id'];
    const shown = thread.comment(id);
    shown && !part(shown, 'reply') && shown.querySelector('.rj-react,.rj-quiet')?.before(link, ' ');
  }
  await thread.resume();
}

/** @param {HTMLElement} section @returns {NodeListOf<HTMLFormElement>} */
function formsOf(section) {
  return section.querySelectorAll('form[data-rj=compose]');
}
