/** What readers answer about the sources of a comment, and what its author and editors do with them. */
import { commentOf, part } from '../shared/nodes.js';
import { replace } from './own.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** Who may confirm sources. */
const EDITORS = /^(editor|moderator|owner)$/;

/** Mark what the reader answered, and offer what they may do. @param {Thread} thread @param {ParentNode} node */
export function mark({ me }, node) {
  for (const check of node.querySelectorAll('[data-rj=check]')) {
    const { id = '' } = commentOf(check).dataset;
    const form = part(check, 'answer');
    form && press(form, me?.answers[id] ?? {});
    part(check, 'confirm_sources')?.toggleAttribute('hidden', !EDITORS.test(`${me?.reader?.role}`));
  }
}

/** @param {HTMLElement} form @param {Record<string, string | null>} answers */
function press(form, answers) {
  for (const button of form.querySelectorAll('button')) {
    button.ariaPressed = `${answers[button.name] === button.value}`;
  }
}

/** Answer, change the answer, or take it back; or confirm. @param {Thread} thread @param {HTMLFormElement} form @param {HTMLButtonElement} button */
export async function submit(thread, form, button) {
  const comment = commentOf(form);
  if (form.dataset['rj'] === 'confirm_form') {
    return confirm(thread, form, button);
  }
  const { id = '' } = comment.dataset;
  const answer = button.ariaPressed === 'true' ? null : button.value;
  const path = `comments/${id}/sources/answers?${new URLSearchParams({ site: thread.address.site })}`;
  const counted = await thread.ask('PUT', path, { question: button.name, answer });
  const answers = { ...thread.me?.answers[id], [button.name]: answer };
  thread.me && (thread.me.answers[id] = answers);
  press(form, answers);
  for (const own of form.querySelectorAll('button')) {
    const n = counted[own.name]?.[own.value] ?? 0;
    /** @type {HTMLElement} */ (part(own, 'n')).textContent = n.toLocaleString(thread.words.locale);
  }
  const check = /** @type {HTMLElement} */ (form.closest('[data-rj=check]'));
  check.dataset['status'] = counted.status;
  /** @type {HTMLElement} */ (part(check, 'check_status')).textContent = counted.status_text;
}

/** Take one's own back, or give them again. @param {Thread} thread @param {HTMLElement} button */
async function withdraw(thread, button) {
  await change(thread, button, 'withdrawal', { withdrawn: button.dataset['withdrawn'] !== 'true' });
}

/** Put the server's form under the sources. @param {Thread} thread @param {HTMLAnchorElement} link */
async function ask(thread, link) {
  const check = /** @type {HTMLElement} */ (link.closest('[data-rj=check]'));
  if (part(check, 'confirm_form')) {
    return cancel(thread, link);
  }
  const { pathname, search } = new URL(link.href);
  const answer = await thread.fetch(pathname + search, { credentials: 'include' });
  const form = /** @type {HTMLFormElement} */ (part(thread.scope.parse(await answer.text()), 'confirm_form'));
  form.noValidate = true;
  part(form, 'cancel_sources')?.removeAttribute('hidden');
  check.append(form);
  form.querySelector('textarea')?.focus();
}

/** @param {Thread} _ @param {HTMLElement} place */
function cancel(_, place) {
  const check = /** @type {HTMLElement} */ (place.closest('[data-rj=check]'));
  part(check, 'confirm_form')?.remove();
  part(check, 'confirm_sources')?.focus();
}

/** @param {Thread} thread @param {HTMLFormElement} form @param {HTMLButtonElement} button */
async function confirm(thread, form, button) {
  const note = button.value === 'yes' ? form.querySelector('textarea')?.value : undefined;
  try {
    await change(thread, form, 'confirmation', { note });
  } catch (problem) {
    const place = /** @type {HTMLElement} */ (form.querySelector('[data-rj-error]'));
    place.textContent = await thread.words.explain(problem);
    place.hidden = false;
  }
}

/** @param {Thread} thread @param {HTMLElement} place @param {string} what @param {object} body */
async function change(thread, place, what, body) {
  const comment = commentOf(place);
  const query = new URLSearchParams({ site: thread.address.site });
  const { html } = await thread.ask('PUT', `comments/${comment.dataset['id']}/sources/${what}?${query}`, body);
  // The page hears of it live, too, which may have been quicker.
  replace(thread, thread.comment(comment.dataset['id']) ?? comment, thread.scope.parse(html));
  await thread.say('saved');
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { withdraw, confirm_sources: ask, cancel_sources: cancel };
