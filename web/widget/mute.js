/** Muting: what a reader does not want to see is folded into one line, for that reader alone. */
import { commentOf, part } from '../shared/nodes.js';
import { cancel } from './flag.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Fold what is by muted authors, and unfold what no longer is.
 *
 * @param {Thread} thread
 * @param {ParentNode} node
 */
export async function fold(thread, node) {
  const { widget } = await thread.words.all();
  /** @type {NodeListOf<HTMLElement>} */
  const comments = node.querySelectorAll('[data-author]');
  for (const comment of comments) {
    const isMuted = !!thread.me?.muted.includes(comment.dataset['author'] ?? '');
    part(comment, 'muted')?.remove();
    comment.toggleAttribute('data-muted', isMuted);
    if (isMuted) {
      comment.append(line(comment, widget));
    }
  }
}

/** Mute the author of a comment whose flag form is open. @param {Thread} thread @param {HTMLElement} button */
async function mute(thread, button) {
  const comment = commentOf(button);
  await set(thread, comment, true);
  cancel(thread, button);
  thread.focus(comment);
}

/** @param {Thread} thread @param {HTMLElement} button */
async function unmute(thread, button) {
  const comment = commentOf(button);
  await set(thread, comment, false);
  thread.focus(comment);
}

/** Look at one comment all the same. @param {Thread} thread @param {HTMLElement} button */
function peek(thread, button) {
  const comment = commentOf(button);
  part(comment, 'muted')?.remove();
  comment.removeAttribute('data-muted');
  thread.focus(comment);
}

/** @param {Thread} thread @param {HTMLElement} comment @param {boolean} muted */
async function set(thread, comment, muted) {
  const query = new URLSearchParams({ site: thread.address.site });
  const path = `comments/${comment.dataset['id']}/mute?${query}`;
  const { author } = await thread.ask('PUT', path, { muted });
  if (thread.me) {
    const others = thread.me.muted.filter((one) => one !== author);
    thread.me.muted = muted ? [...others, author] : others;
  }
  await fold(thread, thread.section);
  await thread.say(muted ? 'muted' : 'unmuted');
}

/** @param {HTMLElement} comment @param {Record<string, string>} words */
function line(comment, words) {
  const p = document.createElement('p');
  p.className = 'rj-gone';
  p.dataset['rj'] = 'muted';
  const name = document.createElement('bdi');
  name.textContent = part(comment, 'name')?.textContent ?? '';
  p.append(name, `: ${words['is_muted'] ?? ''} `);
  for (const act of ['peek', 'unmute']) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', textContent: words[act] ?? act });
    button.dataset['rj'] = act;
    p.append(button, ' ');
  }
  return p;
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { mute, unmute, peek };
