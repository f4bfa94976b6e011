/** Reactions: counted at once, taken back when the server refuses. Loaded where a site has them. */
import { part } from '../shared/nodes.js';
import { dress } from './dress.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {{reaction: string, n: number}} Counted */

/** Dress what is there, and mark what the reader gave. @param {Thread} thread */
export async function start(thread) {
  await dress(thread, '/static/reactions.css');
  mark(thread, thread.section);
}

/** Mark in `node` the reader's own. @param {Thread} thread @param {ParentNode} node */
export function mark(thread, node) {
  const own = thread.me?.reactions ?? {};
  for (const form of node.querySelectorAll('[data-rj=react]')) {
    const id = idOf(/** @type {HTMLElement} */ (form));
    for (const button of buttons(form)) {
      button.ariaPressed = `${!!own[id]?.includes(button.value)}`;
    }
  }
}

/** @param {Thread} thread @param {HTMLElement} form @param {HTMLButtonElement} button */
export async function submit(thread, form, button) {
  const id = idOf(form);
  const before = { n: Number(button.dataset['n']), mine: button.ariaPressed === 'true' };
  const value = before.mine ? 0 : 1;
  show(thread, button, before.n - Number(before.mine) + value, !before.mine);
  try {
    const query = new URLSearchParams({ site: thread.address.site });
    const body = { reaction: button.value, value };
    const answer = await thread.ask('PUT', `comments/${id}/reactions?${query}`, body);
    count(thread, id, answer.reactions);
    keep(thread, id, button.value, value === 1);
    thread.emit('reacted', { id, reaction: button.value, mine: value });
  } catch (problem) {
    show(thread, button, before.n, before.mine);
    throw problem;
  }
}

/** Show how many of each there are by now. @param {Thread} thread @param {string} id @param {Counted[]} counted */
export function count(thread, id, counted) {
  const comment = thread.comment(id);
  const form = comment && part(comment, 'react');
  for (const button of form ? buttons(form) : []) {
    const found = counted.find(({ reaction }) => reaction === button.value);
    show(thread, button, found?.n ?? 0, button.ariaPressed === 'true');
  }
}

/** @param {Thread} thread @param {HTMLButtonElement} button @param {number} n @param {boolean} mine */
function show(thread, button, n, mine) {
  button.dataset['n'] = `${n}`;
  button.ariaPressed = `${mine}`;
  const place = /** @type {HTMLElement} */ (part(button, 'n'));
  place.textContent = n ? n.toLocaleString(thread.words.locale) : '';
}

/** @param {Thread} thread @param {string} id @param {string} key @param {boolean} mine */
function keep(thread, id, key, mine) {
  if (thread.me) {
    const others = (thread.me.reactions[id] ?? []).filter((own) => own !== key);
    thread.me.reactions[id] = mine ? [...others, key] : others;
  }
}

/** @param {HTMLElement} form */
function idOf(form) {
  const comment = /** @type {HTMLElement} */ (form.closest('[data-rj=comment]'));
  return comment.dataset['id'] ?? '';
}

/** @param {ParentNode} form @returns {NodeListOf<HTMLButtonElement>} */
function buttons(form) {
  return form.querySelectorAll('button[name=reaction]');
}
