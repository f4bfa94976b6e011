/** A moderator's tools, where the comments stand. */
import { commentOf, part } from '../shared/nodes.js';
import { hear } from './closing.js';
import { counted, recount } from './items.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** Where the last decision of each thread can be undone. @type {WeakMap<Thread, HTMLElement>} */
const last = new WeakMap();

/** Offer them on every comment in `node`, and the way to what waits. @param {Thread} thread @param {ParentNode} node */
export async function offer(thread, node) {
  const { widget } = await thread.words.all();
  for (const acts of node.querySelectorAll('[data-id] > .rj-acts')) {
    if (!part(acts, 'moderate')) {
      const link = document.createElement('a');
      const id = acts.parentElement?.dataset['id'];
      const query = new URLSearchParams({ site: thread.address.site });
      link.href = `${thread.scope.base}/embed/comments/${id}/moderate?${query}`;
      link.dataset['rj'] = 'moderate';
      link.textContent = widget.moderate;
      (acts.querySelector('.rj-quiet') ?? acts).append(link);
    }
  }
  for (const button of node.querySelectorAll('[data-rj=unimage]')) {
    button.removeAttribute('hidden');
  }
  const { desk } = thread.me ?? {};
  const head = thread.section.querySelector('.rj-head');
  if (desk && head && !part(head, 'desk')) {
    const link = document.createElement('a');
    link.dataset['rj'] = 'desk';
    link.className = 'rj-desk';
    Object.assign(link, { href: desk.url, target: '_blank' });
    link.textContent = counted(thread.words, widget.waiting, desk.n_held);
    head.append(link);
  }
  head && offerClosing(thread, head, widget);
}

/** @param {Thread} thread @param {Element} head @param {Record<string, string>} widget */
function offerClosing(thread, head, widget) {
  const action = thread.me?.desk?.page_action;
  let button = part(head, 'set_page');
  if (!action) {
    return button?.remove();
  }
  if (!button) {
    button = Object.assign(document.createElement('button'), { type: 'button', className: 'rj-desk' });
    button.dataset['rj'] = 'set_page';
    head.append(button);
  }
  button.dataset['action'] = action;
  button.textContent = widget[action] ?? '';
}

/** Close the page to new comments, or open it again. @param {Thread} thread @param {HTMLElement} button */
async function setPage(thread, button) {
  const query = new URLSearchParams(thread.address);
  const { action } = button.dataset;
  await hear(thread, await thread.ask('POST', `pages/decisions?${query}`, { action, title: thread.scope.title }));
}

/** Put the server's form under the comment. @param {Thread} thread @param {HTMLAnchorElement} link */
async function moderate(thread, link) {
  const comment = commentOf(link);
  if (part(comment, 'moderate_form')) {
    return close(thread, link);
  }
  const { pathname, search } = new URL(link.href);
  const answer = await thread.fetch(pathname + search, { credentials: 'include' });
  const page = thread.scope.parse(await answer.text());
  const form = /** @type {HTMLFormElement} */ (part(page, 'moderate_form'));
  part(form, 'close_moderate')?.removeAttribute('hidden');
  comment.append(form);
  form.querySelector('button')?.focus();
}

/** @param {Thread} _ @param {HTMLElement} place */
function close(_, place) {
  const comment = commentOf(place);
  part(comment, 'moderate_form')?.remove();
  part(comment, 'moderate')?.focus();
}

/** @param {Thread} thread @param {HTMLFormElement} form @param {HTMLButtonElement} button */
export async function submit(thread, form, button) {
  const { reason, note } = Object.fromEntries(new FormData(form));
  const place = /** @type {HTMLElement} */ (form.querySelector('[data-rj-error]'));
  try {
    await decide(thread, commentOf(form), { action: button.value, reason, note });
  } catch (problem) {
    place.textContent = await thread.words.explain(problem);
    place.hidden = false;
  }
}

/**
 * What a key does to the comment that has the focus; the desk has the same keys.
 *
 * @param {Thread} thread
 * @param {string} key
 */
export async function press(thread, key) {
  if (key === 'z') {
    const place = last.get(thread);
    return place?.isConnected ? undo(thread, place) : undefined;
  }
  const { activeElement } = /** @type {Document} */ (thread.section.getRootNode());
  const comment = /** @type {HTMLElement | null | undefined} */ (activeElement?.closest('[data-id]'));
  if (key === 'b' && comment) {
    const { base } = thread.scope;
    const address = `${base}/moderate/${thread.address.site}/authors/${comment.dataset['author']}`;
    open(address, '_blank', 'noopener');
    return;
  }
  const isFeatured = comment?.querySelector('.rj-featured');
  const action = /** @type {Record<string, string>} */ ({
    a: 'approve',
    r: 'reject',
    s: 'spam',
    f: isFeatured ? 'unfeature' : 'feature',
  })[key];
  comment && (await decide(thread, comment, { action }));
}

/**
 * @param {Thread} thread
 * @param {HTMLElement} comment
 * @param {Record<string, unknown>} decision
 */
async function decide(thread, comment, decision) {
  const { id = '', revision, state } = comment.dataset;
  const query = new URLSearchParams({ site: thread.address.site });
  const body = { ...decision, revision: Number(revision) };
  if (/^(reject|spam|remove)$/.test(`${decision['action']}`)) {
    // The page hears of it live, too, and must leave the place where it can be undone.
    comment.dataset['state'] = 'removed';
  }
  const answer = await thread.ask('POST', `comments/${id}/decisions?${query}`, body).catch((problem) => {
    comment.dataset['state'] = state;
    throw problem;
  });
  const { widget } = await thread.words.all();
  if (answer.html) {
    // The page hears of it live, too, which may have been quicker.
    const shown = thread.comment(id) ?? comment;
    answer.decision && move(shown, decision['action']);
    show(thread, shown, answer.html);
    return thread.tell(widget.decided);
  }
  const place = document.createElement('p');
  place.className = 'rj-notice';
  place.tabIndex = -1;
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: widget.undo });
  button.dataset['rj'] = 'undo';
  place.append(`${widget.taken} `, button);
  place.dataset['decision'] = answer.decision;
  comment.replaceWith(place);
  last.set(thread, place);
  button.focus();
  thread.tell(widget.taken);
  await recount(thread, -1);
}

/** Past its neighbour among the pinned. @param {HTMLElement} comment @param {unknown} action */
function move(comment, action) {
  const item = comment.closest('li');
  if (action === 'pin_up') {
    item?.previousElementSibling?.before(item);
  } else if (action === 'pin_down') {
    item?.nextElementSibling?.after(item);
  }
}

/** Each notice undoes its own decision. @param {Thread} thread @param {HTMLElement} place The notice, or what is in it. */
async function undo(thread, place) {
  const notice = /** @type {HTMLElement} */ (place.closest('p'));
  const query = new URLSearchParams({ site: thread.address.site });
  const { html } = await thread.ask('DELETE', `decisions/${notice.dataset['decision']}?${query}`);
  if (html) {
    show(thread, notice, html);
    await thread.say('undone');
    await recount(thread, 1);
  }
}

/** @param {Thread} thread @param {HTMLElement} old @param {string} html */
function show(thread, old, html) {
  const fresh = part(thread.scope.parse(html), 'comment');
  if (fresh) {
    old.replaceWith(fresh);
    thread.wake(fresh.parentElement ?? fresh);
    thread.focus(fresh);
  }
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { moderate, close_moderate: close, undo, set_page: setPage };
