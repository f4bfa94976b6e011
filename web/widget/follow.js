/** Asking to be told of new comments by mail. */
import { commentOf, part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** @param {Thread} thread @param {HTMLFormElement} form */
export async function submit(thread, form) {
  const place = /** @type {HTMLElement} */ (form.querySelector('[data-rj-error]'));
  place.hidden = true;
  const filled = [...new FormData(form)].filter(([, value]) => value);
  const { branch, ...fields } = Object.fromEntries(filled);
  const { title } = thread.scope;
  const body = { ...fields, title, ...(fields['kind'] === 'branch' && { branch }) };
  try {
    const { state } = await thread.ask('POST', 'subscriptions', body);
    if ('offer' in form.dataset) {
      storage.set(keyOf(thread), true);
      storage.set('email', fields['email'] || storage.get('email') || undefined);
      take(thread, form);
      return thread.tell((await thread.words.all()).follow[state]);
    }
    const details = /** @type {HTMLDetailsElement} */ (form.closest('details'));
    details.open = false;
    details.querySelector('summary')?.focus();
    thread.tell((await thread.words.all()).follow[state]);
  } catch (problem) {
    place.textContent = await thread.words.explain(problem);
    place.hidden = false;
    part(form, 'follow_email')?.querySelector('input')?.focus();
  }
}

/**
 * Under what was just posted: answers by mail, to be had with one button. It is offered once on a page, and
 * the address is asked for again on no other.
 *
 * @param {Thread} thread
 * @param {HTMLElement} comment
 */
export async function offer(thread, comment) {
  const form = thread.section.querySelector('form[data-offer]')?.cloneNode(true);
  if (!(form instanceof HTMLFormElement) || storage.get(keyOf(thread))) {
    return;
  }
  const email = form.querySelector('label');
  const isAccount = thread.me?.reader?.kind === 'account';
  form.hidden = false;
  thread.section.querySelector('li [data-offer]')?.remove();
  if (email && isAccount) {
    email.remove();
  } else {
    Object.assign(email?.querySelector('input') ?? {}, { value: storage.get('email') ?? '' });
  }
  comment.append(form);
}

/** Not on this page. @param {Thread} thread @param {HTMLElement} button */
function decline(thread, button) {
  storage.set(keyOf(thread), true);
  take(thread, /** @type {HTMLElement} */ (button.closest('form')));
}

/** @param {Thread} thread @param {HTMLElement} form */
function take(thread, form) {
  const comment = commentOf(form);
  form.remove();
  thread.focus(comment);
}

/** @param {Thread} thread */
function keyOf({ name }) {
  return `mailed:${name}`;
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { decline };
