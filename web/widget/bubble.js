/**
 * A small button that leads to the comments while they are out of sight. Once a week it asks whether
 * the reader would like to join in, where the screen has room for that.
 */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** How long one reads before one is asked, in ms. */
const PATIENCE = 45_000;

/** How long until one is asked again, in ms. */
const PAUSE = 7 * 24 * 3_600_000;

/** @param {Thread} thread */
export async function show(thread) {
  const { asked = 0, isGone } = storage.get('bubble') ?? {};
  if (isGone) {
    return;
  }
  const { section, scope } = thread;
  const { widget } = await thread.words.all();
  const bubble = Object.assign(document.createElement('aside'), { className: 'rj-bubble' });
  bubble.lang = thread.words.language;
  bubble.dir = section.dir;
  bubble.setAttribute('aria-label', widget.bubble);
  const count = button('bubble', part(section, 'count')?.textContent ?? '');
  const close = button('dismiss', '×');
  close.setAttribute('aria-label', widget.dismiss);
  bubble.append(count, close);
  section.after(bubble);

  const end = () => {
    storage.set('bubble', { ...storage.get('bubble'), isGone: true });
    bubble.remove();
  };
  const join = () => {
    section.scrollIntoView({ block: 'start' });
    (part(section, 'compose')?.querySelector('textarea') ?? section).focus({ preventScroll: true });
  };
  count.addEventListener('click', () => {
    section.scrollIntoView({ block: 'start' });
    section.focus({ preventScroll: true });
  });
  close.addEventListener('click', end);
  bubble.addEventListener('keydown', ({ key }) => key === 'Escape' && end());
  new IntersectionObserver(([entry]) => (bubble.hidden = !!entry?.isIntersecting)).observe(section);

  const isTime = Date.now() - asked > PAUSE && matchMedia('(width >= 48rem)').matches;
  const timer = isTime && setTimeout(() => {
    storage.set('bubble', { asked: Date.now() });
    const question = Object.assign(document.createElement('p'), { textContent: widget.join_ask });
    question.setAttribute('role', 'status');
    const yes = button('join', widget.join);
    yes.addEventListener('click', join);
    bubble.prepend(question, yes);
  }, PATIENCE);
  scope.signal.addEventListener('abort', () => {
    timer && clearTimeout(timer);
    bubble.remove();
  });
}

/** @param {string} name @param {string} textContent */
function button(name, textContent) {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent });
  made.dataset['rjBubble'] = name;
  return made;
}
