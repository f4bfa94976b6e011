/** What is the reader's own in a thread: it is learned after the thread can be read. */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** Learn it and show it; without it the thread can still be read. @param {Thread} thread */
export async function learn(thread) {
  thread.me = await ask(thread);
  thread.wake(thread.section);
  if (thread.me?.may_ask) {
    thread.attempt(async () => (await import('./passages.js')).start(thread));
  }
}

/** Learn whether the bell has more to tell. @param {Thread} thread */
export async function hear(thread) {
  const { n_notices: n } = await ask(thread);
  thread.me && (thread.me.n_notices = n);
  await ring(thread);
}

/** @param {Thread} thread @returns {Promise<import('./thread.js').Me>} */
async function ask(thread) {
  const path = `/api/v1/me?${new URLSearchParams(thread.address)}`;
  return (await thread.fetch(path, { credentials: 'include' })).json();
}

/** Mark in `node` what is the reader's own. @param {Thread} thread @param {ParentNode} node */
export function mark(thread, node) {
  const { me } = thread;
  if (me && node === thread.section) {
    greet(thread).catch(() => {});
  }
  if (me?.desk) {
    thread.attempt(async () => (await import('./moderate.js')).offer(thread, node));
  }
  if (me?.muted.length) {
    thread.attempt(async () => (await import('./mute.js')).fold(thread, node));
  }
  if (me && node.querySelector('[data-rj=check]')) {
    thread.attempt(async () => (await import('./sources.js')).mark(thread, node));
  }
  if (me && thread.section.dataset['reactions'] !== undefined) {
    thread.attempt(async () => (await import('./reactions.js')).mark(thread, node));
  }
  for (const comment of me ? node.querySelectorAll('[data-id]') : []) {
    const id = /** @type {HTMLElement} */ (comment).dataset['id'] ?? '';
    const vote = me?.votes[id] ?? 0;
    part(comment, 'up')?.setAttribute('aria-pressed', `${vote > 0}`);
    part(comment, 'down')?.setAttribute('aria-pressed', `${vote < 0}`);
    const isOwn = !!me?.own.includes(id);
    for (const others of comment.querySelectorAll('[data-rj=flag],[data-rj=answer]')) {
      others.toggleAttribute('hidden', isOwn);
    }
    for (const own of comment.querySelectorAll('[data-rj=own],[data-rj=uncard],[data-rj=unimage]')) {
      own.toggleAttribute('hidden', !isOwn);
    }
    part(comment, 'edit')?.toggleAttribute('hidden', !me?.editable[id]);
  }
}

/** Show above the comments who the reader is, in whatever section is shown. @param {Thread} thread */
async function greet(thread) {
  const { section, me } = thread;
  showMenu(thread);
  showFace(thread);
  showWithheld(thread);
  const isAccount = me?.reader?.kind === 'account';
  const email = part(section, 'follow_email');
  email?.toggleAttribute('hidden', isAccount);
  email?.querySelector('input')?.toggleAttribute('required', !isAccount);
  for (const form of section.querySelectorAll('form[data-rj=compose][data-open]')) {
    (await import('./compose.js')).greet(thread, /** @type {HTMLFormElement} */ (form));
  }
  await ring(thread);
}

/** Show an account in the heading row who it is, and what is its own. @param {Thread} thread */
function showMenu(thread) {
  const { section, me } = thread;
  const menu = /** @type {HTMLDetailsElement | null} */ (part(section, 'me'));
  const [face, called] = menu?.querySelectorAll('.rj-avatar,b') ?? [];
  const { kind, name = '' } = me?.reader ?? {};
  if (!menu || !face || !called) {
    return;
  }
  const { activeElement } = /** @type {Document} */ (section.getRootNode());
  menu.hidden = kind !== 'account';
  face.textContent = [...name][0] ?? '';
  called.textContent = name;
  if (menu.hidden) {
    menu.open = false;
    // Whoever has signed out there goes on at the top of the thread.
    menu.contains(activeElement) && thread.focus(section);
  }
}

/** Show beside the form whose letter the comment will have. @param {Thread} thread */
function showFace({ section, me, blank }) {
  const [letter] = me?.reader?.name ?? '';
  const fresh = /** @type {HTMLElement | undefined} */ (blank?.cloneNode(true));
  const nobody = fresh && part(fresh, 'face')?.childNodes;
  part(section, 'face')?.replaceChildren(...(letter ? [letter] : (nobody ?? [])));
}

/** Show what others do not see of it, unless it stands in the list already. @param {Thread} thread */
function showWithheld(thread) {
  const { section, me, scope } = thread;
  part(section, 'withheld')?.remove();
  const own = me?.withheld && part(scope.parse(me.withheld), 'withheld');
  if (!own) {
    return;
  }
  for (const item of own.querySelectorAll('li')) {
    thread.comment(item.dataset['own']) && item.remove();
  }
  if (own.querySelector('li')) {
    part(section, 'list')?.before(own);
  }
}

/** @param {Thread} thread */
async function ring(thread) {
  const bell = part(thread.section, 'bell');
  if (bell && (thread.me?.reader?.kind === 'account' || !bell.hidden)) {
    await (await import('./bell.js')).ring(thread, bell);
  }
}
