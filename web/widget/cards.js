/** What readers do with the cards that stand for links. */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Play a video in its place. Until here nobody but our own server was asked for anything; the
 * frame's address was made there, of a provider that it knows.
 *
 * @param {Thread} _
 * @param {HTMLElement} button
 */
function play(_, button) {
  const { frame = '', title = '' } = button.dataset;
  const player = document.createElement('iframe');
  Object.assign(player, {
    className: 'rj-player',
    title,
    allow: 'fullscreen; picture-in-picture; encrypted-media',
    referrerPolicy: 'strict-origin-when-cross-origin',
    src: frame,
  });
  player.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-presentation allow-popups');
  const card = /** @type {HTMLElement} */ (button.closest('[data-rj=card]'));
  card.querySelector('.rj-card-link > img')?.remove();
  card.prepend(player);
  button.remove();
  player.focus();
}

/**
 * The writer's wish: the link is only a link, for everyone.
 *
 * @param {Thread} thread
 * @param {HTMLElement} button
 */
async function uncard(thread, button) {
  const comment = /** @type {HTMLElement} */ (button.closest('[data-rj=comment]'));
  const { url = '' } = button.dataset;
  const query = new URLSearchParams({ url, site: thread.address.site });
  await thread.ask('DELETE', `comments/${comment.dataset['id']}/cards?${query}`);
  const card = /** @type {HTMLElement} */ (button.closest('[data-rj=card]'));
  const box = /** @type {HTMLElement} */ (card.parentElement);
  card.remove();
  part(box, 'card') || box.remove();
  thread.focus(comment);
}

/** The reader's wish, on this device: no cards. @param {Thread} thread @param {HTMLElement} button */
const hush = (thread, button) => show(thread, button, true);

/** And back again. @param {Thread} thread @param {HTMLElement} button */
const unhush = (thread, button) => show(thread, button, false);

/** @param {Thread} thread @param {HTMLElement} button @param {boolean} isHushed */
function show({ section }, button, isHushed) {
  const box = /** @type {HTMLElement} */ (button.closest('.rj-cards'));
  storage.set('hushed', isHushed);
  section.toggleAttribute('data-hushed', isHushed);
  part(box, isHushed ? 'unhush' : 'hush')?.focus();
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { play, uncard, hush, unhush };
