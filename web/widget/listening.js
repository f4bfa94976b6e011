/**
 * One listener on the thread for each kind of event. What a control asks for is done by the module that
 * `controls.js` names; it is loaded when it is first used.
 */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** Links that lead where they say, and do nothing here. */
const PLAIN = '[data-rj=name],[data-rj=account],[data-rj=passage],[data-rj=desk]';

/** Forms that are sent from here. */
const SENT = /^(answer|compose|confirm|confirm_form|edit|find|flag_form|follow|moderate_form|propose|react|vote)$/;

/**
 * What is done by controls, wherever they stand.
 *
 * @param {Thread} thread
 * @param {EventTarget} root
 * @param {AbortSignal} signal
 */
export function hear(thread, root, signal) {
  /** @type {(type: string, act: (thread: Thread, event: any) => unknown, target?: EventTarget) => void} */
  const on = (type, act, target = root) =>
    target.addEventListener(type, (event) => thread.attempt(() => act(thread, event)), { signal });
  on('click', click);
  on('submit', submit);
  return on;
}

/** @param {Thread} thread */
export function listen(thread) {
  const { root, signal } = thread.scope;
  const on = hear(thread, root, signal);
  // Whoever uses the thread has read what is here; before that, nothing is kept.
  on('click', () => thread.see());
  on('change', change);
  on('input', (_, { target }) => write(thread, target, 'typed'));
  on('focusin', (_, { target }) => write(thread, target, 'open'));
  on('keydown', press);
  // Replying leaves selected what is to be quoted.
  on('mousedown', (_, event) => event.target.closest('[data-rj=reply]') && event.preventDefault());
  on('hashchange', visit, window);
  on('offline', () => Promise.reject({ code: 'offline' }), window);
}

/** @param {Thread} thread @param {MouseEvent} event */
async function click(thread, event) {
  const target = /** @type {Element} */ (event.target);
  thread.at = target;
  trust(target.closest('form'));
  /** @type {HTMLElement | null} */
  const control = target.closest('a[data-rj],[type=button],a[href^="#comment-"],a[href^="#t="]');
  if (control && !control.matches(PLAIN) && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const isTime = control.getAttribute('href')?.startsWith('#t=');
    const name = control.dataset['rj'] ?? (isTime ? 'seek' : 'jump');
    event.preventDefault();
    if (name === 'collapse') {
      fold(control);
    } else {
      await (await import('./controls.js')).act(thread, name, control);
    }
  }
}

/** A browser would point at nothing, where a name is asked for later. @param {HTMLFormElement | null} form */
function trust(form) {
  if (form?.dataset['rj'] === 'compose') {
    form.noValidate = true;
  }
}

/** @param {Thread} thread @param {SubmitEvent} event */
async function submit(thread, event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const name = form.dataset['rj'] ?? '';
  if (SENT.test(name)) {
    event.preventDefault();
    const { submit } =
      name === 'compose' ? await import('./post.js') : await (await import('./controls.js')).formOf(name);
    await submit(thread, form, event.submitter);
  }
}

/**
 * Fold a branch, or unfold it. What stands for it stays in sight, however far down the branch one was.
 *
 * @param {HTMLElement} line
 */
function fold(line) {
  const isFolded = line.ariaExpanded === 'true';
  line.ariaExpanded = `${!isFolded}`;
  isFolded && line.scrollIntoView({ block: 'nearest' });
}

/** @param {Thread} thread @param {{target: HTMLSelectElement}} event */
async function change(thread, { target: { name, value } }) {
  if (name === 'sort') {
    await (await import('./browse.js')).sort(thread, value);
    part(thread.section, 'sort')?.focus();
  }
}

/** @type {typeof import('./compose.js') | undefined} */
let composing;

/** @param {Thread} thread @param {HTMLElement} field @param {'open' | 'typed'} act */
async function write(thread, field, act) {
  /** @type {HTMLFormElement | null} */
  const form = field.closest('form[data-rj=compose]');
  if (form && (act === 'typed' || !('awake' in form.dataset))) {
    // Once it is there, what was typed is kept before anything else can happen. What sends is built into the
    // same file: whoever is offline by then is told so.
    composing ??= await import('./compose.js');
    composing[act](thread, form);
  }
}

/** @param {Thread} thread @param {KeyboardEvent} event */
async function press(thread, event) {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const isCommand = ctrlKey || metaKey || altKey;
  if (key === 'Escape' && !event.isComposing) {
    (await import('./keys.js')).escape(thread, /** @type {HTMLElement} */ (target));
  } else if (/** @type {Element} */ (target).matches('input,textarea,select')) {
    if (isCommand && key === 'Enter') {
      const { form } = /** @type {HTMLTextAreaElement} */ (target);
      trust(form);
      form?.requestSubmit();
    }
  } else if (!isCommand && means(thread, key)) {
    // What means something here is no shortcut of the page as well, or of the browser.
    event.stopPropagation();
    event.preventDefault();
    await (await import('./keys.js')).press(thread, key);
  }
}

/** Whether a key does something in the thread as it is shown. @param {Thread} thread @param {string} key */
function means({ section, me }, key) {
  if (key === '/') {
    return section.querySelector('[data-rj=search],[data-rj=found]');
  }
  return (me?.desk ? /^[jknpabrsfz]$/ : /^[jknp]$/).test(key);
}

/** Go to the comment that the page's address names; it may stand in another thread. @param {Thread} thread */
export async function visit(thread) {
  const id = /^#comment-(\w{13})$/.exec(location.hash)?.[1];
  id && (await (await import('./browse.js')).go(thread, id));
  if (part(thread.section, 'recordings') ?? part(thread.section, 'recordings_place')) {
    const { start, visit } = await import('./player.js');
    await (location.hash.startsWith('#t=') ? visit : start)(thread);
  }
}
