/** Reading along: the transcript goes with the sound, is searched, and is cited. */
import { part } from '../shared/nodes.js';
import { field, open, typed } from './compose.js';
import { clock } from './player_time.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** Ends what listens to a recording, once what there is to read of it is another. @type {WeakMap<HTMLElement, AbortController>} */
const ends = new WeakMap();

/**
 * Bring what there is to read to life. Without sound of our own it can still be searched and quoted.
 *
 * @param {Thread} thread
 * @param {HTMLElement} along
 * @param {HTMLElement} figure
 */
export function rest(thread, along, figure) {
  const media = /** @type {HTMLMediaElement | null} */ (part(figure, 'media'));
  search(thread, along);
  quote(thread, along, media);
  ends.get(figure)?.abort();
  if (media) {
    const end = new AbortController();
    ends.set(figure, end);
    follow(along, media, end.signal);
    control(thread, along, figure, media, end.signal);
  }
}

/** @param {HTMLElement} along @returns {HTMLElement[]} */
const cuesOf = (along) => [...(part(along, 'cues')?.children ?? [])].map((cue) => /** @type {HTMLElement} */ (cue));

/** Mark the line that is heard, and keep it in sight until the reader scrolls. @param {HTMLElement} along @param {HTMLMediaElement} media @param {AbortSignal} signal */
function follow(along, media, signal) {
  const list = part(along, 'cues');
  const cues = cuesOf(along);
  const starts = cues.map((cue) => Number(cue.dataset['start']));
  const chapters = [...(part(along, 'chapters')?.querySelectorAll('li') ?? [])];
  const chapterStarts = chapters.map((chapter) => Number(chapter.dataset['start']));
  const button = part(along, 'follow_sound');
  const played = part(along, 'played');
  const whole = () => media.duration || Number(/** @type {HTMLElement} */ (media.closest('[data-duration]'))?.dataset['duration']) / 1000;
  let follows = true;
  /** @type {HTMLElement | undefined} */
  let heard;
  /** @type {Element | undefined} */
  let chapter;

  const show = () => {
    played?.setAttribute('width', `${(600 * media.currentTime) / (whole() || 1)}`);
    const within = chapters[lastBefore(chapterStarts, media.currentTime)]?.firstElementChild ?? undefined;
    if (within !== chapter) {
      chapter?.removeAttribute('aria-current');
      within?.setAttribute('aria-current', 'true');
      chapter = within;
    }
    const now = cues[lastBefore(starts, media.currentTime)];
    if (now !== heard) {
      heard?.removeAttribute('aria-current');
      now?.setAttribute('aria-current', 'true');
      heard = now;
      follows && now && list && bring(list, now);
    }
  };
  const leave = () => {
    follows = false;
    button && (button.hidden = media.paused);
  };
  media.addEventListener('timeupdate', show, { signal });
  media.addEventListener('seeked', show, { signal });
  for (const type of ['wheel', 'touchmove', 'keydown']) {
    list?.addEventListener(type, leave, { passive: true });
  }
  button?.addEventListener('click', () => {
    follows = true;
    button.hidden = true;
    heard && list && bring(list, heard);
    list?.focus();
  });
  part(along, 'wave')?.addEventListener('click', (event) => {
    const { left, width } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    media.currentTime = ((event.clientX - left) / width) * whole();
    media.play().catch(() => {});
  });
  show();
}

/** The index of the last of `starts` that is not behind `now`; -1 before the first. @param {number[]} starts @param {number} now */
function lastBefore(starts, now) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    Number(starts[middle]) <= now + 0.05 ? (low = middle + 1) : (high = middle);
  }
  return low - 1;
}

/** Only the list scrolls, and never the page. @param {HTMLElement} list @param {HTMLElement} cue */
function bring(list, cue) {
  const top = cue.offsetTop - list.offsetTop - list.clientHeight / 3;
  const isCalm = matchMedia('(prefers-reduced-motion)').matches;
  list.scrollTo({ top, behavior: isCalm ? 'instant' : 'smooth' });
}

/** @param {Thread} thread @param {HTMLElement} along @param {HTMLElement} figure @param {HTMLMediaElement} media @param {AbortSignal} signal */
function control(thread, along, figure, media, signal) {
  part(along, 'controls')?.removeAttribute('hidden');
  const speed = /** @type {HTMLSelectElement | null} */ (part(along, 'speed'));
  speed?.addEventListener('change', () => (media.playbackRate = Number(speed.value)));
  const copy = part(along, 'copy_time');
  const tell = () => copy && (copy.textContent = `${copy.dataset['text']}`.replace('{time}', clock(media.currentTime)));
  media.addEventListener('timeupdate', tell, { signal });
  media.addEventListener('seeked', tell, { signal });
  tell();
  copy?.addEventListener('click', () =>
    thread.attempt(async () => {
      const url = new URL(location.href);
      const isAlone = figure.parentElement?.querySelectorAll('[data-rj=recording]').length === 1;
      url.hash = `t=${Math.floor(media.currentTime)}${isAlone ? '' : `&id=${figure.dataset['id']}`}`;
      await navigator.clipboard.writeText(url.href);
      thread.tell(along.dataset['copied']);
    }),
  );
}

/** @param {Thread} thread @param {HTMLElement} along */
function search(thread, along) {
  const form = /** @type {HTMLFormElement | null} */ (part(along, 'find'));
  const list = part(along, 'cues');
  const output = part(along, 'found');
  const input = form?.querySelector('input');
  if (!form || !list || !output || !input) {
    return;
  }
  form.hidden = false;
  /** @type {HTMLElement[]} */
  let hits = [];
  let at = -1;
  const fold = (/** @type {string | null} */ text) => `${text ?? ''}`.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const look = () => {
    const words = fold(input.value).trim();
    for (const cue of cuesOf(along)) {
      cue.toggleAttribute('data-hit', !!words && fold(cue.querySelector('p')?.textContent ?? '').includes(words));
    }
    hits = words ? cuesOf(along).filter((cue) => 'hit' in cue.dataset) : [];
    at = -1;
    const { one = '', other = '' } = output.dataset;
    const text = hits.length === 1 ? one : other;
    output.textContent = words ? text.replace('{n}', hits.length.toLocaleString(thread.words.locale)) : '';
  };
  input.addEventListener('input', look);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation();
    at = hits.length ? (at + 1) % hits.length : -1;
    const hit = hits[at];
    if (hit) {
      bring(list, hit);
      hit.querySelector('a')?.focus({ preventScroll: true });
    }
  });
}

/** What is selected, or the line that is heard, into a comment. @param {Thread} thread @param {HTMLElement} along @param {HTMLMediaElement | null} media */
function quote(thread, along, media) {
  const button = part(along, 'quote_cue');
  if (!button) {
    return;
  }
  button.hidden = !part(thread.section, 'compose');
  // What is selected stays so.
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', () => {
    const root = along.getRootNode();
    const holder = /** @type {Document} */ ('getSelection' in root ? root : document);
    const selection = holder.getSelection();
    const cues = cuesOf(along);
    let chosen = cues.filter((cue) => selection && !selection.isCollapsed && selection.containsNode(cue, true));
    let words = chosen.length ? `${selection}` : '';
    if (!chosen.length) {
      const now = cues[lastBefore(cues.map((cue) => Number(cue.dataset['start'])), media?.currentTime ?? 0)] ?? cues[0];
      chosen = now ? [now] : [];
    }
    // The times of the lines are no words of them.
    words = chosen.length > 1 || !words ? chosen.map((cue) => cue.querySelector('p')?.textContent).join(' ') : words;
    const [first, last] = [chosen[0], chosen.at(-1)];
    const form = /** @type {HTMLFormElement | null} */ (part(thread.section, 'compose'));
    if (first && last && form) {
      const [from, until] = [Number(first.dataset['start']), Number(last.dataset['end'])];
      const text = field(form, 'text');
      open(thread, form);
      const place = Number.isFinite(until) && until < 1e9 ? `${clock(from)} – ${clock(Math.ceil(until))}` : clock(from);
      text.value += `${text.value && '\n\n'}> ${words.trim().replace(/\s+/g, ' ')}\n> (${place})\n\n`;
      typed(thread, form);
      text.focus();
    }
  });
}
