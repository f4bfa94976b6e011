/** Votes: counted at once, taken back when the server refuses. */
import { part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** The last vote of each comment that is on its way. @type {Map<string, Promise<void>>} */
const last = new Map();

/** @param {Thread} thread @param {HTMLElement} form @param {HTMLElement | null} button */
export function submit(thread, form, button) {
  const comment = /** @type {HTMLElement} */ (form.closest('[data-rj=comment]'));
  const id = comment.dataset['id'] ?? '';
  const before = stand(form);
  const isUndone = button?.ariaPressed === 'true';
  const mine = isUndone ? 0 : Number(/** @type {HTMLButtonElement} */ (button).value);
  show(thread, form, { mine, score: before.score - before.mine + mine });
  // One after the other, so that the last one made is the last one that arrives.
  const sent = (last.get(id) ?? Promise.resolve()).catch(() => {}).then(async () => {
    const path = `comments/${id}/vote?${new URLSearchParams({ site: thread.address.site })}`;
    const isLast = () => last.get(id) === sent;
    try {
      const { up, down, mine: counted } = await thread.ask('PUT', path, { value: mine });
      if (isLast()) {
        show(thread, form, { mine: counted, score: up - down });
      }
      if (thread.me) {
        thread.me.votes[id] = counted;
      }
      thread.emit('voted', { id, up, down, mine: counted });
    } catch (problem) {
      if (isLast()) {
        show(thread, form, before);
      }
      throw problem;
    }
  });
  last.set(id, sent);
  return sent;
}

/** @param {HTMLElement} form */
function stand(form) {
  const pressed = form.querySelector('[aria-pressed=true]');
  const mine = Number(/** @type {HTMLButtonElement | null} */ (pressed)?.value ?? 0);
  return { mine, score: Number(part(form, 'score')?.dataset['score']) };
}

/** @param {Thread} thread @param {HTMLElement} form @param {{mine: number, score: number}} votes */
function show(thread, form, { mine, score }) {
  const place = part(form, 'score');
  part(form, 'up')?.setAttribute('aria-pressed', `${mine > 0}`);
  part(form, 'down')?.setAttribute('aria-pressed', `${mine < 0}`);
  // Where scores are hidden for now there is none.
  if (place?.dataset['score']) {
    place.dataset['score'] = `${score}`;
    const text = score.toLocaleString(thread.words.locale).replace('-', '\u2212');
    if (text !== place.textContent) {
      place.textContent = text;
      const from = { opacity: 0, translate: `0 ${mine < 0 ? '-' : ''}.5em` };
      matchMedia('(prefers-reduced-motion: reduce)').matches || place.animate([from, {}], 120);
    }
  }
}
