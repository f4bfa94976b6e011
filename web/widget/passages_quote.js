/** The passage that a comment is being written about: in the thread's form, and kept with its draft. */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';
import { close, draftsOf, field, open } from './compose.js';
import { short } from './passages_text.js';
import { wordsOf } from './passages_words.js';

/** @typedef {import('./passages_article.js').Passages} Passages */
/** @typedef {import('./passages_anchor.js').Selector} Selector */

/**
 * The passage, and the question of it that is answered.
 *
 * @typedef {Selector & {question?: {id: string, text: string}}} About
 */

/**
 * Write about a passage.
 *
 * @param {Passages} passages
 * @param {About} selector
 */
export async function write(passages, selector) {
  const { thread } = passages;
  storage.set(keyOf(passages), selector);
  const form = await attach(passages, selector);
  if (form) {
    form.scrollIntoView({ block: 'center' });
    field(form, 'text').focus({ preventScroll: true });
    await thread.see();
  }
}

/** Whether readers may, and there is a form to write in. @param {Passages} passages */
export function canWrite({ thread, isOpen }) {
  return isOpen && !!formOf(thread);
}

/** Whether there is a form to answer in. @param {Passages} passages */
export function canAnswer({ thread }) {
  return !!formOf(thread);
}

/** Put back the passage of a draft that was left. @param {Passages} passages */
export async function restore(passages) {
  const selector = storage.get(keyOf(passages));
  if (selector && draftsOf(passages.thread)['']) {
    await attach(passages, selector);
  } else {
    storage.set(keyOf(passages), undefined);
  }
}

/** @param {Passages} passages */
const keyOf = ({ thread }) => `quote:${thread.name}`;

/** @param {import('./thread.js').Thread} thread */
const formOf = (thread) => /** @type {HTMLFormElement | null} */ (part(thread.section, 'compose'));

/** @param {Passages} passages @param {About} selector */
async function attach(passages, selector) {
  const { thread } = passages;
  const words = await passages.words();
  const form = formOf(thread);
  if (!form) {
    return null;
  }
  part(form, 'about')?.remove();
  const about = document.createElement('div');
  about.className = 'rj-about';
  about.dataset['rj'] = 'about';
  const { question, ...annotation } = selector;
  const kept = Object.assign(document.createElement('input'), { type: 'hidden' });
  kept.name = question ? 'question' : 'annotation';
  kept.value = question ? question.id : JSON.stringify(annotation);
  const quote = document.createElement('blockquote');
  quote.dir = 'auto';
  quote.textContent = short(selector.exact, 20);
  const title = document.createElement('p');
  title.textContent = question ? question.text : words.about;
  title.dir = 'auto';
  title.className = question ? 'rj-asked' : '';
  const acts = document.createElement('p');
  acts.className = 'rj-acts';
  const off = () => drop(passages, about);
  const { sources } = thread.section.dataset;
  const source = button(words.source, () => thread.attempt(() => giveSources(passages, about, source)));
  source.hidden = sources === undefined;
  acts.append(button(words.back, () => back(passages, selector)), button(words.drop, () => (off(), field(form, 'text').focus())), source);
  about.append(kept, title, quote, acts);
  form.prepend(about);
  open(thread, form);
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && about.isConnected) {
      event.stopPropagation();
      thread.attempt(() => leave(passages, selector, form, about));
    }
  });
  passages.marks.point([passages.find(selector) ?? []].flat());
  if (!source.hidden && storage.get(`sources:${thread.name}`)) {
    await giveSources(passages, about, source);
  }
  const { host, signal } = thread.scope;
  const isIt = (/** @type {any} */ { detail: { comment } }) => comment.annotation && about.isConnected && off();
  host.addEventListener('rejoinder:posted', isIt, { signal });
  return form;
}

/** Fields for sources, below the passage. @param {Passages} passages @param {HTMLElement} about @param {HTMLElement} source */
async function giveSources({ thread }, about, source) {
  const [texts, { give }] = await Promise.all([wordsOf(thread), import('./passages_sources.js')]);
  source.hidden = true;
  await give(thread, about, texts, () => {
    source.hidden = false;
    source.focus();
  });
  about.querySelector('select')?.focus();
}

/** Write without the passage. @param {Passages} passages @param {HTMLElement} about */
function drop(passages, about) {
  storage.set(keyOf(passages), undefined);
  storage.set(`sources:${passages.thread.name}`, undefined);
  passages.marks.point([]);
  about.remove();
}

/**
 * Back to the passage; what was begun stays.
 *
 * @param {Passages} passages
 * @param {Selector} selector
 * @param {HTMLFormElement} form
 * @param {HTMLElement} about
 */
async function leave(passages, selector, form, about) {
  if (!field(form, 'text').value.trim()) {
    drop(passages, about);
    close(form);
  }
  await back(passages, selector);
}

/** Back to where the passage stands. @param {Passages} passages @param {Selector} selector */
async function back(passages, selector) {
  const range = passages.find(selector);
  if (range) {
    passages.marks.point([range]);
    const { top } = range.getBoundingClientRect();
    scrollBy({ top: top - innerHeight / 3 });
    // Whoever goes on by the keyboard goes on from there.
    const { activeElement } = /** @type {ShadowRoot} */ (passages.thread.section.getRootNode());
    /** @type {HTMLElement | null} */ (activeElement)?.blur();
    getSelection()?.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  } else {
    passages.thread.tell((await passages.words()).lost);
  }
}

/** @param {string} textContent @param {() => unknown} act */
function button(textContent, act) {
  const it = Object.assign(document.createElement('button'), { type: 'button', textContent });
  // The thread has no act of that name.
  it.dataset['rj'] = 'passage_act';
  it.addEventListener('click', act);
  return it;
}
