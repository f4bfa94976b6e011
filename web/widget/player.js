/**
 * A recording beside its thread: links lead to places in it, and readers read along. What plays it is
 * the browser's own.
 */
import { part } from '../shared/nodes.js';
import { dress } from './dress.js';
import { rest } from './player_along.js';
import { offer } from './player_home.js';
import { begin, frameOf } from './player_elsewhere.js';
import { secondsOf } from './player_time.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {HTMLElement} Figure */

/** Bring the recordings of a thread to life. @param {Thread} thread */
export async function start(thread) {
  const box = boxOf(thread);
  if (box && !('live' in box.dataset)) {
    box.dataset['live'] = '';
    boxes.set(thread, box);
    await dress(thread, '/static/player.css');
    offer(thread, box);
    for (const button of box.querySelectorAll('[data-rj=elsewhere]')) {
      button.removeAttribute('hidden');
    }
    for (const along of box.querySelectorAll('[data-rj=along]')) {
      rest(thread, /** @type {HTMLElement} */ (along), figureOf(along));
    }
  }
}

/** The recordings of each thread, also where the page has given them a place of their own. @type {WeakMap<Thread, HTMLElement>} */
const boxes = new WeakMap();

/** @param {Thread} thread */
const boxOf = (thread) => boxes.get(thread) ?? part(thread.section, 'recordings');

/** Go to the place that the page's address names. @param {Thread} thread */
export async function visit(thread) {
  await start(thread);
  const spot = new URLSearchParams(location.hash.slice(1));
  const figure = find(thread, spot.get('id'));
  const [from] = secondsOf(spot.get('t'));
  if (figure && from !== undefined) {
    const link = part(figure, 'read_along');
    link && (await readAlong(thread, link, true));
    to(thread, figure, `${spot.get('t')}`, false);
    figure.scrollIntoView({ block: 'nearest' });
  }
}

/** Play what a link names: a part ends where it ends. @param {Thread} thread @param {HTMLAnchorElement} link */
async function seek(thread, link) {
  await start(thread);
  const spot = new URLSearchParams(link.hash.slice(1));
  const figure = link.closest('[data-rj=recording]') ?? find(thread, link.dataset['recording'] ?? spot.get('id'));
  if (figure) {
    to(thread, /** @type {Figure} */ (figure), link.dataset['span'] ?? `${spot.get('t')}`, true);
  }
}

/** @param {Thread} thread @param {string | null | undefined} id @returns {Figure | null} */
function find(thread, id) {
  const box = boxOf(thread);
  return box && ((id && box.querySelector(`[data-rj=recording][data-id="${CSS.escape(id)}"]`)) || part(box, 'recording'));
}

/** @param {Element} node @returns {Figure} */
function figureOf(node) {
  return /** @type {Figure} */ (node.closest('[data-rj=recording]') ?? part(/** @type {Element} */ (node.parentElement), 'recording'));
}

/** @param {Thread} thread @param {Figure} figure @param {string} span @param {boolean} plays */
function to(thread, figure, span, plays) {
  const [from = 0, until] = secondsOf(span);
  const media = /** @type {HTMLMediaElement | null} */ (part(figure, 'media'));
  if (media) {
    play(media, from, until, plays);
  } else {
    // Nothing is loaded from elsewhere before the reader says so.
    const frame = figure.querySelector('iframe');
    figure.dataset['from'] = `${Math.floor(from)}`;
    frame ? begin(frame, from) : part(figure, 'elsewhere')?.focus();
  }
  const cue = figure.querySelector(`[data-start="${from}"]`);
  cue?.scrollIntoView({ block: 'nearest' });
  thread.emit('play', { recording: figure.dataset['id'], from, until });
}

/** Where each player stops, when it was asked for a part. @type {WeakMap<HTMLMediaElement, number>} */
const stops = new WeakMap();

/** @param {HTMLMediaElement} media @param {number} from @param {number | undefined} until @param {boolean} plays */
function play(media, from, until, plays) {
  if (!stops.has(media)) {
    media.addEventListener('timeupdate', () => {
      if (media.currentTime >= (stops.get(media) ?? Infinity)) {
        stops.set(media, Infinity);
        media.pause();
      }
    });
    // Who looks for another place has left the part.
    media.addEventListener('seeking', () => {
      const stop = stops.get(media) ?? Infinity;
      media.currentTime > stop && stops.set(media, Infinity);
    });
  }
  stops.set(media, until ?? Infinity);
  media.currentTime = from;
  plays && media.play().catch(() => {});
}

/** Play what is elsewhere in its place. @param {Thread} thread @param {HTMLElement} button */
function elsewhere(thread, button) {
  const figure = figureOf(button);
  const player = frameOf(button.dataset, thread.scope.signal);
  const from = Number(figure.dataset['from'] ?? 0);
  begin(player, from);
  button.replaceWith(player);
  player.focus();
  thread.emit('play', { recording: figure.dataset['id'], from });
}

/** Show what there is to read, or put it away. @param {Thread} thread @param {HTMLElement} link */
const read_along = (thread, link) => readAlong(thread, link, false);

/** @param {Thread} thread @param {HTMLElement} link @param {boolean} stays */
async function readAlong(thread, link, stays) {
  await start(thread);
  const figure = figureOf(link);
  let along = part(figure, 'along');
  if (!along) {
    const { pathname, search } = new URL(/** @type {HTMLAnchorElement} */ (link).href);
    const answer = await thread.fetch(`${pathname}/along${search}`);
    figure.append(thread.scope.parse(await answer.text()));
    along = /** @type {HTMLElement} */ (part(figure, 'along'));
    rest(thread, along, figure);
  } else if (!stays) {
    along.hidden = !along.hidden;
  }
  link.ariaExpanded = `${!along.hidden}`;
}

/** @param {Element} control */
const mediaOf = (control) => /** @type {HTMLMediaElement | null} */ (part(figureOf(control), 'media'));

/** @param {Thread} _ @param {HTMLElement} control */
function back_10(_, control) {
  const media = mediaOf(control);
  media && (media.currentTime -= 10);
}

/** @param {Thread} _ @param {HTMLElement} control */
function ahead_10(_, control) {
  const media = mediaOf(control);
  media && (media.currentTime += 10);
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { seek, elsewhere, read_along, back_10, ahead_10 };
