/** Going about in a thread: more of it, a branch of it, another order, one comment. */
import { commentOf, listOf, part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * The thread behind a branch that is shown, and where in it the reader was.
 *
 * @type {WeakMap<Thread, {section: HTMLElement, top: number, link: HTMLElement | null, linkTop: number}>}
 */
const behind = new WeakMap();

/**
 * More roots, or more replies, where they go on.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function more(thread, link) {
  const query = new URL(link.href).searchParams;
  const shown = await read(thread, query);
  const box = shown.querySelector(`[data-id="${query.get('root')}"]`)?.closest('li') ?? shown;
  const fresh = [...listOf(box, link).children].filter(
    (item) => !thread.comment(part(item, 'comment')?.dataset['id']),
  );
  const next = [...box.querySelectorAll('[data-rj=more]')].find(
    (more) => more.closest('li') === (box === shown ? null : box),
  );
  const own = link.closest('li');
  sink(fresh, Number(own && part(own, 'comment')?.dataset['level']));
  listOf(own ?? thread.section, link).append(...fresh);
  link.replaceWith(...(next ? [next] : []));
  thread.focus(fresh[0] && part(fresh[0], 'comment'));
}

/**
 * A branch in place of the thread. It is a step of its own in the browser's history, at the address
 * of the page.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function branch(thread, link) {
  const { searchParams } = new URL(link.href);
  await showBranch(thread, searchParams, link, () => {
    const depth = (step(thread)?.depth ?? 0) + 1;
    const rejoinder = { name: thread.name, query: `${searchParams}`, depth };
    history.pushState({ ...history.state, rejoinder }, '');
  });
  if (!followed.has(thread)) {
    followed.add(thread);
    addEventListener('popstate', () => thread.attempt(() => travel(thread)), { signal: thread.scope.signal });
  }
  enter(thread);
}

/** Threads that go along with the browser's history. @type {WeakSet<Thread>} */
const followed = new WeakSet();

/**
 * What the browser's history says of the thread.
 *
 * @param {Thread} thread
 * @returns {{name: string, query: string, depth: number} | undefined}
 */
function step(thread) {
  const kept = history.state?.rejoinder;
  return kept?.name === thread.name ? kept : undefined;
}

/** Show what the browser went back or forward to. @param {Thread} thread */
async function travel(thread) {
  const query = step(thread)?.query;
  if (query) {
    await showBranch(thread, new URLSearchParams(query));
    enter(thread);
  } else {
    restore(thread);
  }
}

/** @param {Thread} thread */
function enter(thread) {
  thread.section.scrollIntoView();
  part(thread.section, 'back')?.focus({ preventScroll: true });
}

/**
 * Back from a branch, to where the reader was.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} back
 */
function back(thread, { href }) {
  const depth = step(thread)?.depth;
  if (!behind.has(thread)) {
    location.assign(href);
  } else if (depth) {
    history.go(-depth);
  } else {
    restore(thread);
  }
}

/** The thread as it was behind a branch. @param {Thread} thread */
function restore(thread) {
  const was = behind.get(thread);
  if (was) {
    behind.delete(thread);
    replace(thread, was.section);
    layOut(thread);
    scrollTo({ top: was.top, behavior: 'instant' });
    // What was out of sight may have had another height.
    const moved = (was.link?.getBoundingClientRect().top ?? was.linkTop) - was.linkTop;
    scrollBy({ top: moved, behavior: 'instant' });
    was.link?.focus({ preventScroll: true });
  }
}

/** To the comment that is replied to. @param {Thread} thread @param {HTMLAnchorElement} link */
function jump(thread, { hash }) {
  return go(thread, hash.slice('#comment-'.length));
}

/** Copy a comment's address. @param {Thread} thread @param {HTMLAnchorElement} control */
async function link(thread, control) {
  const { href } = control;
  if (!navigator.clipboard) {
    return location.assign(href);
  }
  await navigator.clipboard.writeText(href);
  const { widget } = await thread.words.all();
  thread.tell(widget.copied, control, widget.copied_here);
}

/** The rest of a long comment. @param {Thread} thread @param {HTMLElement} button */
function unfold(thread, button) {
  const comment = commentOf(button);
  comment.querySelector('[data-long]')?.removeAttribute('data-long');
  button.remove();
  thread.focus(comment);
}

/** The roots in another order. @param {Thread} thread @param {string} sort */
export async function sort(thread, sort) {
  const shown = await read(thread, new URLSearchParams({ ...thread.address, sort }));
  storage.set('sort', sort);
  behind.delete(thread);
  replace(thread, /** @type {HTMLElement} */ (part(shown, 'thread')));
  await thread.resume();
}

/** Show a comment, fetching it when it is not here. @param {Thread} thread @param {string} id */
export async function go(thread, id) {
  if (!thread.comment(id)) {
    await showBranch(thread, new URLSearchParams({ ...thread.address, root: id }));
  }
  const comment = thread.comment(id);
  if (!comment) {
    throw { code: 'comment_unknown' };
  }
  thread.section.querySelector('[data-marked]')?.removeAttribute('data-marked');
  comment.setAttribute('data-marked', '');
  for (let item = comment.closest('li'); item; item = item.parentElement?.closest('li') ?? null) {
    item.querySelector(':scope>[data-rj=collapse]')?.setAttribute('aria-expanded', 'true');
  }
  layOut(thread);
  comment.scrollIntoView({ block: 'center' });
  thread.focus(comment);
}

/** Give what is out of sight its true height, which it then keeps. @param {Thread} thread */
function layOut({ section }) {
  section.dataset['whole'] = '';
  requestAnimationFrame(() => requestAnimationFrame(() => delete section.dataset['whole']));
}

/**
 * The server's HTML for a part of a thread.
 *
 * @param {Thread} thread
 * @param {URLSearchParams} query
 */
export async function read(thread, query) {
  const { section, scope } = thread;
  section.dataset['busy'] = '';
  try {
    const answer = await thread.fetch(`/embed/thread?${query}`, { credentials: 'omit' });
    const shown = scope.parse(await answer.text());
    thread.wake(shown);
    return shown;
  } finally {
    delete section.dataset['busy'];
  }
}

/**
 * @param {Thread} thread
 * @param {URLSearchParams} query
 * @param {HTMLElement | null} [link]
 * @param {() => void} [before] What is done while the thread still stands where the reader left it.
 */
async function showBranch(thread, query, link = null, before) {
  const top = scrollY;
  const linkTop = link?.getBoundingClientRect().top ?? 0;
  const shown = part(await read(thread, query), 'thread');
  if (shown && part(shown, 'comment')) {
    before?.();
    const section = replace(thread, shown);
    behind.has(thread) || behind.set(thread, { section, top, link, linkTop });
  }
}

/**
 * Say how deep replies stand: the server counts from the comment that was asked for.
 *
 * @param {Element[]} items
 * @param {number} level The level of that comment here.
 */
function sink(items, level) {
  for (const comment of items.flatMap((item) => [...item.querySelectorAll('[data-id]')])) {
    comment.ariaLevel = `${Number(comment.ariaLevel) + level}`;
  }
}

/**
 * Show a section in place of the thread's. What plays goes on.
 *
 * @param {Thread} thread
 * @param {HTMLElement} section
 * @returns {HTMLElement} What holds the thread as it was.
 */
function replace(thread, section) {
  section.toggleAttribute('data-hushed', 'hushed' in thread.section.dataset);
  section.dataset['live'] = '';
  const was = thread.section;
  const playing = part(was, 'recordings') ?? part(was, 'recordings_place');
  const place = part(section, 'recordings') ?? part(section, 'recordings_place');
  if (playing && place?.parentElement === section) {
    exchange(was, playing, section, place);
  } else {
    was.replaceWith(section);
    thread.section = section;
  }
  thread.section.tabIndex = -1;
  thread.wake(thread.section);
  return thread.section === was ? section : was;
}

/**
 * Give `shown` what `other` holds and is, and the other way round, around what plays: a player from elsewhere
 * that is moved in the page begins anew.
 *
 * @param {HTMLElement} shown
 * @param {HTMLElement} playing A child of `shown`.
 * @param {HTMLElement} other
 * @param {Element} place Where it belongs, a child of `other`.
 */
function exchange(shown, playing, other, place) {
  for (const name of new Set([...shown.getAttributeNames(), ...other.getAttributeNames()])) {
    const [own, others] = [shown.getAttribute(name), other.getAttribute(name)];
    others === null ? shown.removeAttribute(name) : shown.setAttribute(name, others);
    own === null ? other.removeAttribute(name) : other.setAttribute(name, own);
  }
  const [own, others] = [[...shown.childNodes], [...other.childNodes]];
  const left = document.createElement('div');
  left.dataset['rj'] = 'recordings_place';
  other.replaceChildren(...own.map((node) => (node === playing ? left : node)));
  const at = others.indexOf(place);
  playing.before(...others.slice(0, at));
  playing.after(...others.slice(at + 1));
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { more, branch, filter: branch, back, jump, link, unfold };
