/** Asking to be told of new comments by mail. */
import { part } from '../shared/nodes.js';

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
