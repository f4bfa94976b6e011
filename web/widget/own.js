/** What authors do with their own comments: edit, and delete in two steps. */
import { commentOf, part } from '../shared/nodes.js';
import { read } from './browse.js';
import { blame, close, field, refuse, wake } from './compose.js';
import { recount, takeOut } from './items.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Put the server's form, with the text as it was typed, in place of the text.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function edit(thread, link) {
  const comment = commentOf(link);
  const text = /** @type {HTMLElement | null} */ (comment.querySelector('.rj-text'));
  if (!text || text.hidden) {
    return;
  }
  const answer = await thread.fetch(`/embed/${path(thread, comment, '/edit')}`, {
    credentials: 'include',
  });
  const page = thread.scope.parse(await answer.text());
  const form = /** @type {HTMLFormElement} */ (part(page, 'edit'));
  wake(form);
  const sources = part(form, 'sources');
  if (sources) {
    const [{ wordsOf }, { wake }] = await Promise.all([import('./passages_words.js'), import('./passages_sources.js')]);
    wake(thread, sources, await wordsOf(thread));
  }
  part(form, 'picture') && (await (await import('./images.js')).start(thread, form));
  text.hidden = true;
  text.after(form);
  field(form, 'text').focus();
}

/** Send the new text. @param {Thread} thread @param {HTMLFormElement} form */
export async function submit(thread, form) {
  const comment = commentOf(form);
  blame(form);
  try {
    const { html, comment: saved } = await thread.ask('PATCH', path(thread, comment), {
      text: field(form, 'text').value,
      sources: sourcesOf(form),
      images: part(form, 'picture') ? JSON.parse(field(form, 'images').value || '[]') : undefined,
      revision: Number(field(form, 'revision').value),
    });
    close(form);
    replace(thread, comment, thread.scope.parse(html));
    thread.emit('edited', { comment: saved });
    await thread.say('saved');
  } catch (/** @type {any} */ problem) {
    await refuse(thread, form, problem);
  }
}

/** The sources that the form gives, where it can; none take those away that there are. @param {HTMLFormElement} form */
function sourcesOf(form) {
  const { value } = field(form, 'sources');
  return part(form, 'sources') ? JSON.parse(value || '{"stance":"supports","list":[]}') : undefined;
}

/** The first step: ask, in place. @param {Thread} thread @param {HTMLElement} link */
async function ask(thread, link) {
  const { widget } = await thread.words.all();
  const own = /** @type {HTMLElement} */ (link.closest('[data-rj=own]'));
  const question = document.createElement('span');
  question.className = 'rj-own';
  question.append(widget['delete_ask'] ?? '');
  for (const name of ['remove', 'keep']) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset['rj'] = name;
    button.textContent = widget[name] ?? name;
    question.append(' ', button);
  }
  own.hidden = true;
  own.after(question);
  part(question, 'keep')?.focus();
}

/** No: it stays. @param {Thread} _ @param {HTMLElement} button */
function keep(_, button) {
  const question = button.parentElement;
  const own = /** @type {HTMLElement} */ (question?.previousElementSibling);
  question?.remove();
  own.hidden = false;
  part(own, 'delete')?.focus();
}

/**
 * Yes: with replies it leaves a tombstone, without it goes.
 *
 * @param {Thread} thread
 * @param {HTMLElement} button
 */
async function remove(thread, button) {
  const comment = commentOf(button);
  const { id = '', state } = comment.dataset;
  // The page hears of it live, too, and must neither take it away nor count it once more.
  comment.dataset['state'] = 'removed';
  await thread.ask('DELETE', path(thread, comment)).catch((problem) => {
    comment.dataset['state'] = state;
    throw problem;
  });
  const query = new URLSearchParams({ ...thread.address, root: id });
  const left = await read(thread, query).catch(() => null);
  if (!left?.querySelector(`[data-id="${id}"]`)) {
    takeOut(thread, comment.closest('li'));
  } else {
    replace(thread, comment, left);
  }
  await recount(thread, -1);
  thread.emit('deleted', { id });
  await thread.say('deleted');
}

/** @param {Thread} thread @param {HTMLElement} comment @param {ParentNode} html */
export function replace(thread, comment, html) {
  const id = comment.dataset['id'];
  const fresh = /** @type {HTMLElement} */ (html.querySelector(`[data-id="${id}"]`));
  comment.replaceWith(fresh);
  thread.wake(/** @type {HTMLElement} */ (fresh.parentElement));
  thread.reveal(fresh);
}

/** @param {Thread} thread @param {HTMLElement} comment */
function path({ address: { site } }, { dataset }, act = '') {
  return `comments/${dataset['id']}${act}?${new URLSearchParams({ site })}`;
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { edit, delete: ask, keep, remove };
