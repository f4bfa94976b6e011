/** The comment on its way: there at once, and there until it has arrived. */
import { listOf, part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';
import { WHO, blame, close, draftOf, field, keep, refuse, showWho, takeOver } from './compose.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {HTMLFormElement} Form */

/** What each form has become, and back. @type {WeakMap<HTMLElement, HTMLElement>} */
const others = new WeakMap();

/** @param {Thread} thread @param {Form} form */
export async function submit(thread, form) {
  blame(form);
  await takeOver(thread, form);
  const wrong = /** @type {HTMLInputElement | null} */ (
    form.querySelector('input:invalid,textarea:invalid')
  );
  if (wrong && WHO.includes(wrong.name) && !('asked' in form.dataset)) {
    // Who writes is asked once, when there is something to say.
    showWho(form, true);
    wrong.focus();
  } else if (wrong) {
    const what = wrong.validity.valueMissing ? 'missing' : 'invalid';
    await refuse(thread, form, { code: `${wrong.name}_${what}`, field: wrong.name });
  } else {
    await post(thread, form);
  }
}

/** @param {Thread} thread @param {Form} form */
async function post(thread, form) {
  const item = others.get(form) ?? show(thread, form);
  const { key, body } = prepare(thread, form);
  mark(item, 'posting', (await thread.words.all()).widget.posting);
  try {
    await arrive(thread, form, await send(thread, item, key, body));
  } catch (/** @type {any} */ problem) {
    if (problem.status < 500 && problem.status !== 429) {
      revise(thread, item);
      await refuse(thread, form, problem);
    } else {
      await fail(thread, item, problem);
    }
  }
}

/**
 * Where the server asks for a proof of work, do it and send the same again.
 *
 * @param {Thread} thread
 * @param {HTMLElement} item
 * @param {string} key
 * @param {object} body
 */
async function send(thread, item, key, body) {
  const headers = { 'idempotency-key': key };
  try {
    return await thread.ask('POST', 'comments', body, headers);
  } catch (/** @type {any} */ problem) {
    if (problem.code !== 'work_needed') {
      throw problem;
    }
  }
  const { working } = (await thread.words.all()).widget;
  mark(item, 'posting', working);
  thread.tell(working);
  const { solve } = await import('./work.js');
  return thread.ask('POST', 'comments', { ...body, work: await solve(thread) }, headers);
}

/** Send it again. @param {Thread} thread @param {HTMLElement} button */
function retry(thread, button) {
  return post(thread, /** @type {Form} */ (others.get(itemOf(button))));
}

/** Back to the form. @param {Thread} _ @param {HTMLElement} place The comment, or what is in it. */
function revise(_, place) {
  const item = itemOf(place);
  const form = /** @type {Form} */ (others.get(item));
  others.delete(form);
  item.remove();
  form.hidden = false;
  field(form, 'text').focus();
}

/** The comment as far as it is known here. @param {Thread} thread @param {Form} form */
function show(thread, form) {
  const comment = make('article', 'rj-comment');
  const text = make('p', 'rj-text', field(form, 'text').value);
  text.style.whiteSpace = 'pre-line';
  const by = make('header', 'rj-by');
  by.append(make('b', 'rj-name', nameIn(thread, form)));
  comment.append(by, text, make('p', 'rj-acts'));
  const item = make('li', '');
  item.append(comment);
  const parent = form.closest('li');
  if (parent) {
    listOf(parent, form).append(item);
  } else {
    listOf(thread.section, form).prepend(item);
  }
  others.set(form, item).set(item, form);
  form.hidden = true;
  thread.reveal(comment);
  return item;
}

/** @param {Thread} thread @param {Form} form */
function nameIn(thread, form) {
  return field(form, 'name').value || thread.me?.reader?.name;
}

/**
 * What is sent: with the same key, when the same was sent before.
 *
 * @param {Thread} thread
 * @param {Form} form
 */
function prepare(thread, form) {
  const filled = [...new FormData(form)].filter(([, value]) => value);
  const { title = thread.scope.title, ...fields } = Object.fromEntries(filled);
  const said = JSON.stringify(fields);
  let draft = draftOf(thread, form);
  if (!draft || draft.said !== said) {
    const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
    draft = { ...draft, text: field(form, 'text').value, said, title, key };
    keep(thread, form, draft);
  }
  const annotation = fields.annotation && JSON.parse(`${fields.annotation}`);
  const sources = fields.sources && JSON.parse(`${fields.sources}`);
  const images = fields.images && JSON.parse(`${fields.images}`);
  return { key: draft.key ?? '', body: { ...fields, title: draft.title, annotation, sources, images } };
}

/**
 * @param {Thread} thread
 * @param {Form} form
 * @param {{status: number, comment: any, html: string}} posted
 */
async function arrive(thread, form, { status, comment, html }) {
  const item = /** @type {HTMLElement} */ (others.get(form));
  const isHeld = status === 202;
  if (!('account' in form.dataset)) {
    storage.set('me', Object.fromEntries(WHO.map((name) => [name, field(form, name).value])));
  }
  keep(thread, form);
  showWho(form, false);
  field(form, 'text').value = '';
  part(form, 'picture') && (await import('./images.js')).clear(form);
  others.delete(form);
  close(form);
  // Sent again, it may be here already.
  const there = thread.comment(comment.id);
  const shown = there ?? part(thread.scope.parse(html), 'comment') ?? item;
  there ? item.remove() : item.replaceChildren(shown);
  thread.section.querySelector('.rj-empty')?.remove();
  thread.me?.own.push(comment.id);
  thread.wake(item);
  thread.reveal(shown);
  thread.emit('posted', { comment, isHeld });
  thread.know();
  if (isHeld) {
    shown.append(make('p', 'rj-acts'));
    mark(item, 'held', (await thread.words.all()).widget.held);
  } else if (!there) {
    await (await import('./items.js')).recount(thread, 1);
  }
  await thread.say(isHeld ? 'held' : 'posted');
  await (await import('./follow.js')).offer(thread, shown);
}

/**
 * It stays, with what can be done about it.
 *
 * @param {Thread} thread
 * @param {HTMLElement} item
 * @param {any} problem
 */
async function fail(thread, item, problem) {
  const { widget } = await thread.words.all();
  mark(item, 'failed', `${await thread.words.explain(problem)} `);
  for (const name of ['retry', 'revise']) {
    const button = make('button', '', widget[name] ?? name);
    button.setAttribute('type', 'button');
    button.dataset['rj'] = name;
    item.querySelector('p:last-child')?.append(button, ' ');
  }
  const again = () => item.isConnected && part(item, 'retry')?.click();
  addEventListener('online', again, { once: true, signal: thread.scope.signal });
}

/** @param {HTMLElement} item @param {string} state @param {string} [text] */
function mark(item, state, text = '') {
  const comment = /** @type {HTMLElement} */ (item.firstElementChild);
  const note = /** @type {HTMLElement} */ (comment.lastElementChild);
  comment.dataset['state'] = state;
  note.textContent = text;
}

/** @param {string} tag @param {string} className @param {string} [textContent] */
function make(tag, className, textContent = '') {
  return Object.assign(document.createElement(tag), { className, textContent });
}

/** @param {HTMLElement} place */
function itemOf(place) {
  return /** @type {HTMLElement} */ (place.closest('li'));
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { retry, revise };
