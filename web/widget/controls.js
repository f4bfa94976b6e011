/** Which module does what a control asks for. A module is loaded when it is first used. */

/** @typedef {import('./thread.js').Thread} Thread */

const account = () => import('./account.js');
const bell = () => import('./bell.js');
const browse = () => import('./browse.js');
const cards = () => import('./cards.js');
const find = () => import('./find.js');
const flag = () => import('./flag.js');
const follow = () => import('./follow.js');
const images = () => import('./images.js');
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
const vote = () => import('./vote.js');

/**
 * What all modules export as theirs.
 *
 * @typedef {typeof import('./account.js').acts & typeof import('./bell.js').acts
 *   & typeof import('./browse.js').acts & typeof import('./cards.js').acts
 *   & typeof import('./find.js').acts & typeof import('./flag.js').acts & typeof import('./follow.js').acts
 *   & typeof import('./images.js').acts & typeof import('./moderate.js').acts
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
  unfold: browse,
  back: browse,
  jump: browse,
  link: browse,
  play: cards,
  uncard: cards,
  hush: cards,
  unhush: cards,
  search: find,
  close_find: find,
  decline: follow,
  flag,
  cancel_flag: flag,
  picture: images,
  unimage: images,
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
  discard: reply,
  keep_writing: reply,
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
  confirm: player_correct,
  confirm_form: sources,
  edit: own,
  find,
  flag_form: flag,
  follow,
  moderate_form: moderate,
  propose: player_correct,
  react: reactions,
  vote,
};

/**
 * Do what a control asks for; controls with listeners of their own ask for nothing here.
 *
 * @param {Thread} thread
 * @param {string} name
 * @param {HTMLElement} control
 */
export async function act(thread, name, control) {
  if (name in ACTS) {
    const { acts } = await ACTS[/** @type {keyof Acts} */ (name)]();
    await /** @type {any} */ (acts)[name](thread, control);
  }
}

/** The module that sends a form. @param {string} name */
export function formOf(name) {
  return /** @type {NonNullable<(typeof FORMS)[string]>} */ (FORMS[name])();
}
