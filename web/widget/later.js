/** What comes once a thread can be read: the rest of its style, what happens meanwhile, and confirmations. */
import { dress } from './dress.js';
import { follow } from './live.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** How long a control shows what it did, in ms. */
const DONE = 2_500;

/** Takes back what is shown. @type {WeakMap<Thread, () => void>} */
const shown = new WeakMap();

/** @param {Thread} thread */
export function start(thread) {
  const { words, section, scope } = thread;
  const clock = setInterval(() => words.tellTimes(thread.section), 60_000);
  scope.signal.addEventListener('abort', () => clearInterval(clock));
  thread.attempt(() => dress(thread));
  thread.attempt(() => follow(thread));
  const { bubble, passages, annotations, reactions } = section.dataset;
  if (bubble !== undefined) {
    thread.attempt(async () => (await import('./bubble.js')).show(thread));
  }
  if (reactions !== undefined) {
    thread.attempt(async () => (await import('./reactions.js')).start(thread));
  }
  if (passages || annotations) {
    thread.attempt(async () => (await import('./passages.js')).start(thread));
  }
}

/**
 * Show what is said in the status line where it was done, in place of what was shown before. It is drawn, so
 * that it is no second text for those who hear the first. It stays when the status line falls silent: by the
 * clock it would draw what is under it away from a finger.
 *
 * @param {Thread} thread
 * @param {string} text
 * @param {HTMLElement} [control] What shows it in place of its own name.
 */
export function show(thread, text, control) {
  if (text) {
    shown.get(thread)?.();
    shown.set(thread, control ? rename(control, text) : note(thread, text));
  }
}

/** @param {HTMLElement} control @param {string} text */
function rename(control, text) {
  const { textContent } = control;
  control.textContent = text;
  const restore = () => {
    control.textContent = textContent;
    clearTimeout(timer);
  };
  const timer = setTimeout(restore, DONE);
  return restore;
}

/** @param {Thread} thread @param {string} text */
function note({ section, at }, text) {
  const { activeElement } = /** @type {Document} */ (section.getRootNode());
  const hasFocus = activeElement !== section && section.contains(activeElement);
  const box = (hasFocus ? activeElement : at)?.closest('[data-rj=comment],form:is([data-rj=compose],[data-rj=find])');
  const place = box?.querySelector(':scope>.rj-acts,.rj-bar') ?? box ?? section.querySelector('.rj-head');
  const note = document.createElement('span');
  note.className = 'rj-told';
  note.ariaHidden = 'true';
  note.dataset['told'] = text;
  place?.append(note);
  return () => note.remove();
}
