/** Telling the moderators that a comment breaks the rules. */
import { commentOf, part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Put the server's form under the comment.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function flag(thread, link) {
  const comment = commentOf(link);
  if (part(comment, 'flag_form')) {
    return;
  }
  const answer = await thread.fetch(new URL(link.href).pathname + new URL(link.href).search, {
    credentials: 'include',
  });
  const form = /** @type {HTMLFormElement} */ (
    thread.scope.parse(await answer.text()).querySelector('form')
  );
  form.dataset['rj'] = 'flag_form';
  for (const name of ['cancel_flag', 'mute']) {
    part(form, name)?.removeAttribute('hidden');
  }
  comment.append(form);
  form.querySelector('fieldset')?.querySelector('input')?.focus();
}

/** @param {Thread} thread @param {HTMLFormElement} form */
export async function submit(thread, form) {
  const comment = commentOf(form);
  const { reason, note } = Object.fromEntries(new FormData(form));
  const query = new URLSearchParams({ site: thread.address.site });
  await thread.ask('POST', `comments/${comment.dataset['id']}/flags?${query}`, { reason, note });
  cancel(thread, form);
  await thread.say('flagged');
}

/** @param {Thread} thread @param {HTMLElement} place */
export function cancel(thread, place) {
  const comment = commentOf(place);
  place.closest('form')?.remove();
  const link = part(comment, 'flag');
  link ? link.focus() : thread.focus(comment);
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { flag, cancel_flag: cancel };
