/**
 * One listener on the thread for each kind of event, and which module does what a control asks
 * for. A module is loaded when it is first used.
 */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

const account = () => import('./account.js');
const bell = () => import('./bell.js');
const browse = () => import('./browse.js');
const cards = () => import('./cards.js');
const compose = () => import('./compose.js');
const flag = () => import('./flag.js');
const follow = () => import('./follow.js');
const moderate = () => import('./moderate.js');
const mute = () => import('./mute.js');
const own = () => import('./own.js');
const player = () => import('./player.js');
const player_correct = () => import('./player_correct.js');
const post = () => import('./post.js');
const reactions = () => import('./reactions.js');
const reply = () => import('./reply.js');
const sources = () => import('./sources.js');
const tools = () => import('./tools.js');
const unread = () => import('./unread.js');
const vote = () => import('./vote.js');

/**
 * What all modules export as theirs.
 *
 * @typedef {typeof import('./account.js').acts & typeof import('./bell.js').acts
 *   & typeof import('./browse.js').acts & typeof import('./cards.js').acts
 *   & typeof import('./flag.js').acts & typeof import('./moderate.js').acts
 *   & typeof import('./mute.js').acts & typeof import('./own.js').acts
 *   & typeof import('./player.js').acts & typeof import('./player_correct.js').acts
 *   & typeof import('./post.js').acts & typeof import('./reply.js').acts
 *   & typeof import('./sources.js').acts & typeof import('./tools.js').acts} Acts
 */

/**
 * The module of each act, by the `data-rj` of its control. The type holds it against the exports:
 * no act of a module may be missing here, and none be said to be in another.
 *
 * @type {{[N in keyof Acts]: () => Promise<{acts: Pick<Acts, N>}>}}
 */
const ACTS = {
  enter: account,
  leave: account,
  kept: account,
  bell,
  more: browse,
  branch: browse,
  filter: browse,
  back: browse,
  jump: browse,
  link: browse,
  play: cards,
  uncard: cards,
  hush: cards,
  unhush: cards,
  flag,
  cancel_flag: flag,
  moderate,
  close_moderate: moderate,
  undo: moderate,
  set_page: moderate,
  mute,
  unmute: mute,
  peek: mute,
  edit: own,
  delete: own,
  keep: own,
  remove: own,
  seek: player,
  elsewhere: player,
  read_along: player,
  back_10: player,
  ahead_10: player,
  correct: player_correct,
  cancel_correct: player_correct,
  retry: post,
  revise: post,
  reply,
  cancel: reply,
  rename: reply,
  withdraw: sources,
  confirm_sources: sources,
  cancel_sources: sources,
  mark: tools,
  preview: tools,
  write: tools,
};

/**
 * The module that sends each form.
 *
 * @type {Record<string, () => Promise<{submit: (thread: Thread, form: any, button: any) => unknown}>>}
 */
const FORMS = {
  answer: sources,
  compose: post,
  confirm: player_correct,
  confirm_form: sources,
  edit: own,
  flag_form: flag,
  follow,
  moderate_form: moderate,
  propose: player_correct,
  react: reactions,
  vote,
};

/**
 * What is done by controls, wherever they stand.
 *
 * @param {Thread} thread
 * @param {EventTarget} root
 * @param {AbortSignal} signal
 */
export function hear(thread, root, signal) {
  /** @type {(type: string, act: (thread: Thread, event: any) => unknown) => void} */
  const on = (type, act) =>
    root.addEventListener(type, (event) => thread.attempt(() => act(thread, event)), { signal });
  on('click', click);
  on('submit', submit);
}

/** @param {Thread} thread */
export function listen(thread) {
  const { root, signal } = thread.scope;
  /** @type {(type: string, act: (thread: Thread, event: any) => unknown, target?: EventTarget) => void} */
  const on = (type, act, target = root) =>
    target.addEventListener(type, (event) => thread.attempt(() => act(thread, event)), { signal });
  hear(thread, root, signal);
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
  /** @type {HTMLElement | null} */
  const control = target.closest('a[data-rj],[type=button],a[href^="#comment-"],a[href^="#t="]');
  if (control && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const isTime = control.getAttribute('href')?.startsWith('#t=');
    const name = control.dataset['rj'] ?? (isTime ? 'seek' : 'jump');
    if (name === 'collapse') {
      control.ariaExpanded = `${control.ariaExpanded === 'false'}`;
    } else if (name in ACTS) {
      event.preventDefault();
      const { acts } = await ACTS[/** @type {keyof Acts} */ (name)]();
      await /** @type {any} */ (acts)[name](thread, control);
    }
  }
}

/** @param {Thread} thread @param {SubmitEvent} event */
async function submit(thread, event) {
  const form = /** @type {HTMLElement} */ (event.target);
  const load = FORMS[form.dataset['rj'] ?? ''];
  if (load) {
    event.preventDefault();
    await (await load()).submit(thread, form, event.submitter);
  }
}

/** @param {Thread} thread @param {{target: HTMLSelectElement}} event */
async function change(thread, { target: { name, value } }) {
  if (name === 'sort') {
    await (await browse()).sort(thread, value);
    part(thread.section, 'sort')?.focus();
  }
}

/** @type {typeof import('./compose.js') | undefined} */
let composing;

/** @param {Thread} thread @param {HTMLElement} field @param {'open' | 'typed'} act */
async function write(thread, field, act) {
  /** @type {HTMLFormElement | null} */
  const form = field.closest('form[data-rj=compose]');
  if (form && (act === 'typed' || !form.noValidate)) {
    // Once it is there, what was typed is kept before anything else can happen. What sends is loaded
    // with it: whoever is offline by then is told so.
    [composing] = composing ? [composing] : await Promise.all([compose(), post()]);
    composing[act](thread, form);
  }
}

/** @param {Thread} thread @param {KeyboardEvent} event */
async function press(thread, event) {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const isCommand = ctrlKey || metaKey || altKey;
  if (/** @type {Element} */ (target).matches('input,textarea,select')) {
    if (isCommand && key === 'Enter') {
      /** @type {HTMLTextAreaElement} */ (target).form?.requestSubmit();
    }
  } else if (!isCommand && /^[np]$/.test(key)) {
    // What means something here is no shortcut of the page as well.
    event.stopPropagation();
    await (await unread()).jump(thread, key);
  } else if (!isCommand && thread.me?.desk && /^[abrsfz]$/.test(key)) {
    event.stopPropagation();
    await (await moderate()).press(thread, key);
  }
}

/** Go to the comment that the page's address names; it may stand in another thread. @param {Thread} thread */
export async function visit(thread) {
  const id = /^#comment-(\w{13})$/.exec(location.hash)?.[1];
  id && (await (await browse()).go(thread, id));
  if (part(thread.section, 'recordings') ?? part(thread.section, 'recordings_place')) {
    const { start, visit } = await player();
    await (location.hash.startsWith('#t=') ? visit : start)(thread);
  }
}
