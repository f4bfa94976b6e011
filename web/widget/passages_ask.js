/** Asking questions of passages, and seeing to those that were asked: for editors. */
import { putAfter, putBeside } from './passages_place.js';
import { dressed, shade } from './passages_shade.js';
import { short } from './passages_text.js';

/** @typedef {import('./passages_article.js').Passages} Passages */
/** @typedef {import('./passages_article.js').Annotation & {shown: HTMLElement}} Asked A question, as it is shown. */
/** @typedef {import('./passages_anchor.js').Selector} Selector */

/** The longest question, in characters. */
const MAX = 500;

/** @type {{host: HTMLElement, life: AbortController} | undefined} */
let opened;

/** Whether the reader may ask. @param {Passages} passages */
export function canAsk({ thread }) {
  return !!thread.me?.may_ask;
}

function close() {
  opened?.life.abort();
  opened?.host.remove();
  opened = undefined;
}

/** Ask a question of a passage. @param {Passages} passages @param {Range} range @param {Selector} selector */
export async function ask(passages, range, selector) {
  const { thread } = passages;
  const words = await passages.words();
  close();
  const panel = document.createElement('section');
  panel.className = 'rj-panel';
  panel.tabIndex = -1;
  panel.ariaLabel = words.ask;
  const title = Object.assign(document.createElement('h2'), { textContent: words.ask });
  const quote = Object.assign(document.createElement('blockquote'), { className: 'rj-quoted', dir: 'auto' });
  quote.textContent = short(selector.exact, 20);
  const leave = () => {
    passages.marks.point([]);
    close();
  };
  const form = formOf(words, words.ask_go, '', leave);
  const open = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'is_open', checked: true });
  const label = document.createElement('label');
  label.className = 'rj-choice';
  label.append(open, ` ${words.takes_answers}`);
  form.querySelector('.rj-send')?.before(label);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(passages, form, async (text) => {
      const body = { ...thread.address, annotation: selector, text, is_open: open.checked, title: thread.scope.title };
      await thread.ask('POST', 'questions', body);
      leave();
    });
  });
  panel.append(title, quote, form);
  const host = document.createElement('rejoinder-panel');
  shade(passages, host, panel);
  putAfter(host, range.endContainer);
  await dressed(host);
  putBeside(host, range);
  const life = new AbortController();
  const { signal } = life;
  opened = { host, life };
  passages.marks.point([range]);
  thread.scope.signal.addEventListener('abort', close, { signal });
  addEventListener('resize', () => putBeside(host, range), { signal });
  host.addEventListener('keydown', (event) => keyed(event, form, leave), { signal });
  form.querySelector('textarea')?.focus({ preventScroll: true });
  host.scrollIntoView({ block: 'nearest' });
}

/**
 * What an editor may do with a question, below it.
 *
 * @param {Passages} passages
 * @param {Asked} question
 * @param {any} words
 * @param {() => void} shut Closes the panel.
 */
export function tend(passages, { question: id, text = '', is_open, shown }, words, shut) {
  const { thread } = passages;
  const box = document.createElement('div');
  const acts = document.createElement('p');
  acts.className = 'rj-acts';
  const path = `questions/${id}?${new URLSearchParams({ site: thread.address.site })}`;
  const change = (/** @type {string} */ method, /** @type {object} */ body) =>
    thread.attempt(async () => {
      await thread.ask(method, path, body);
      shut();
      await passages.renew();
    });
  const isShut = !!shown.querySelector('[data-rj=shut]');
  const edit = button(words.edit, () => {
    // Whoever came by keyboard goes on where they were.
    const leave = () => (box.replaceChildren(acts), edit.focus());
    const form = formOf(words, words.save, text, leave);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      send(passages, form, async (text) => {
        await thread.ask('PATCH', path, { text });
        shut();
      });
    });
    form.addEventListener('keydown', (event) => keyed(event, form, leave));
    box.replaceChildren(form);
    form.querySelector('textarea')?.focus();
  });
  const remove = button(words.delete, () => {
    const sure = document.createElement('p');
    sure.setAttribute('role', 'alert');
    const both = document.createElement('p');
    both.className = 'rj-acts';
    const keep = button(words.cancel, () => (box.replaceChildren(acts), remove.focus()));
    both.append(button(words.delete, () => change('DELETE', {})), keep);
    box.replaceChildren(sure, both);
    sure.textContent = words.delete_ask;
    keep.focus();
  });
  acts.append(edit, button(isShut || is_open === false ? words.reopen : words.shut, () => change('PATCH', { is_open: isShut })), remove);
  box.append(acts);
  return box;
}

/**
 * @param {any} words
 * @param {string} go
 * @param {string} text
 * @param {() => void} leave
 */
function formOf(words, go, text, leave) {
  const form = document.createElement('form');
  form.className = 'rj-compose rj-correct';
  form.dataset['open'] = '';
  form.noValidate = true;
  const label = document.createElement('label');
  label.className = 'rj-write';
  const field = document.createElement('textarea');
  Object.assign(field, { name: 'text', rows: 2, maxLength: MAX, dir: 'auto', value: text });
  label.append(words.ask_text, field);
  const error = document.createElement('p');
  error.className = 'rj-error';
  error.id = 'rj-ask-error';
  error.hidden = true;
  error.setAttribute('role', 'alert');
  const acts = document.createElement('div');
  acts.className = 'rj-send';
  const post = Object.assign(document.createElement('button'), { textContent: go });
  post.dataset['rj'] = 'send';
  acts.append(post, button(words.cancel, leave));
  form.append(label, error, acts);
  return form;
}

/** @param {Passages} passages @param {HTMLFormElement} form @param {(text: string) => Promise<void>} act */
async function send(passages, form, act) {
  const { thread } = passages;
  const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem('text'));
  const error = /** @type {HTMLElement} */ (form.querySelector('.rj-error'));
  error.hidden = true;
  try {
    await act(field.value.trim());
    await passages.renew();
  } catch (/** @type {any} */ problem) {
    error.textContent = await thread.words.explain(problem);
    error.hidden = false;
    field.setAttribute('aria-describedby', error.id);
    field.focus();
  }
}

/** @param {KeyboardEvent} event @param {HTMLFormElement} form @param {() => unknown} leave */
function keyed(event, form, leave) {
  if (event.key === 'Escape') {
    event.stopPropagation();
    leave();
  } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.stopPropagation();
    form.requestSubmit();
  }
}

/** @param {string} textContent @param {() => unknown} act */
function button(textContent, act) {
  const it = Object.assign(document.createElement('button'), { type: 'button', textContent });
  it.addEventListener('click', act);
  return it;
}
