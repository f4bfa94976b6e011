/** Forms under comments, and forms that were left with something in them. */
import { part } from '../shared/nodes.js';
import { close, draftsOf, field, formOf, keep, open, showWho, typed } from './compose.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {HTMLFormElement} Form */

/**
 * Open a form under a comment, with what is selected in it.
 *
 * @param {Thread} thread
 * @param {HTMLElement} link
 */
function reply(thread, link) {
  const comment = /** @type {HTMLElement} */ (link.closest('[data-rj=comment]'));
  const form = replyTo(thread, comment);
  const text = field(form, 'text');
  const { root } = thread.scope;
  const holder = /** @type {Document} */ ('getSelection' in root ? root : document);
  const selection = holder.getSelection();
  const quote = `${selection ?? ''}`.trim();
  if (quote && comment.contains(selection?.anchorNode ?? null)) {
    text.value += `${text.value && '\n\n'}${quote.replace(/^/gm, '> ')}\n\n`;
    typed(thread, form);
  }
  text.focus();
}

/** Put back the forms that were left with something in them. @param {Thread} thread */
export function restore(thread) {
  for (const parent in draftsOf(thread)) {
    const comment = thread.comment(parent);
    if (comment) {
      replyTo(thread, comment);
    }
    const main = part(thread.section, 'compose');
    if (!parent && main) {
      open(thread, /** @type {Form} */ (main));
    }
  }
}

/** Close a form; what was written in it is asked about. @param {Thread} thread @param {HTMLElement} button */
async function cancel(thread, button) {
  const form = formOf(button);
  const { value, defaultValue } = field(form, 'text');
  if (!value.trim() || value === defaultValue) {
    leave(thread, form);
  } else if (!part(form, 'ask')) {
    const { widget } = await thread.words.all();
    const question = document.createElement('p');
    question.className = 'rj-ask';
    question.dataset['rj'] = 'ask';
    question.append(widget['discard_ask'] ?? '');
    for (const name of ['discard', 'keep_writing']) {
      const choice = document.createElement('button');
      Object.assign(choice, { type: 'button', textContent: widget[name] ?? name });
      choice.dataset['rj'] = name;
      question.append(' ', choice);
    }
    part(form, 'send')?.closest('.rj-bar')?.before(question);
    part(question, 'keep_writing')?.focus();
  }
}

/** Nothing of it stays. @param {Thread} thread @param {HTMLElement} button */
async function discard(thread, button) {
  const form = formOf(button);
  const text = field(form, 'text');
  part(form, 'ask')?.remove();
  text.value = text.defaultValue;
  part(form, 'picture') && (await import('./images.js')).clear(form);
  form.dataset['rj'] === 'compose' && keep(thread, form);
  leave(thread, form);
}

/** It stays, and is gone on with. @param {Thread} _ @param {HTMLElement} button */
function keepWriting(_, button) {
  const form = formOf(button);
  part(form, 'ask')?.remove();
  field(form, 'text').focus();
}

/** Go on at what opened the form, as behind a dialog. @param {Thread} thread @param {Form} form */
function leave(thread, form) {
  const item = form.closest('li');
  const comment = item && part(item, 'comment');
  const opener = form.dataset['rj'] === 'edit' ? 'edit' : 'reply';
  close(form);
  thread.reveal(comment);
  // The comment has the focus where that is gone meanwhile.
  comment && part(comment, opener)?.focus({ preventScroll: true });
}

/** Write under another name. @param {Thread} _ @param {HTMLElement} button */
function rename(_, button) {
  showWho(formOf(button), true);
  field(formOf(button), 'name').focus();
}

/** The form under a comment, open. @param {Thread} thread @param {HTMLElement} comment */
function replyTo(thread, comment) {
  const { nextElementSibling: next } = comment;
  if (next instanceof HTMLFormElement) {
    return next;
  }
  const form = /** @type {Form} */ (thread.blank?.cloneNode(true));
  const text = field(form, 'text');
  const name = part(comment, 'name')?.textContent ?? '';
  form.removeAttribute('id');
  text.value = '';
  thread.words.all().then((words) => {
    text.placeholder = text.ariaLabel = words.form.reply_to?.replace('{name}', name) ?? '';
  });
  field(form, 'parent').value = comment.dataset['id'] ?? '';
  comment.after(form);
  open(thread, form);
  return form;
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { reply, cancel, discard, keep_writing: keepWriting, rename };
