/**
 * What happens to the page while it is open. New comments wait behind a button and are never
 * pushed in under the reader; what is removed goes at once.
 */
import { listOf, part } from '../shared/nodes.js';
import { counted, recount, takeOut } from './items.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {{id: string, parent?: string, html?: string, votes?: [number, number], reactions?: {reaction: string, n: number}[], annotations?: number}} Change */

/** The longest pause before the stream is opened again, in ms. */
const LONGEST = 60_000;

/** How long new comments gather before they are announced, in ms. */
const GATHER = 1_000;

/** How long after a new comment an account's bell is asked what it has to tell, in ms. */
const BELL = 30_000;

/** @param {Thread} thread */
export function follow(thread) {
  const { base, signal } = thread.scope;
  /** @type {Map<string, Change>} */
  const waiting = new Map();
  let since = thread.section.dataset['version'] ?? '0';
  let pause = GATHER;
  /** @type {EventSource | undefined} */
  let source;
  /** @type {any} */
  let timer;
  /** @type {any} */
  let bell;

  const acts = {
    published: (/** @type {Change} */ change) => {
      waiting.set(change.id, change);
      clearTimeout(timer);
      timer = setTimeout(() => thread.attempt(() => announce(thread, waiting)), GATHER);
      ring();
    },
    edited: (/** @type {Change} */ change) => {
      waiting.has(change.id) && waiting.set(change.id, change);
      replace(thread, change);
    },
    voted: (/** @type {Change} */ change) => count(thread, change),
    page: async (/** @type {Change} */ change) => {
      if (change.annotations && !thread.renew) {
        // The first of a page on which nothing was said or asked of passages.
        thread.section.dataset['annotations'] = `${change.annotations}`;
        (await import('./passages.js')).start(thread);
      }
      thread.renew?.();
      if (!change.html !== !part(thread.section, 'closed')) {
        await (await import('./closing.js')).hear(thread, change);
      }
    },
    reload: async () => {
      waiting.clear();
      // Whoever writes reads on when it is sent.
      if (!thread.section.querySelector('form[data-open]')) {
        const order = /** @type {HTMLSelectElement | null} */ (part(thread.section, 'sort'));
        await (await import('./browse.js')).sort(thread, order?.value ?? '');
      }
    },
    removed: (/** @type {Change} */ change) =>
      waiting.delete(change.id) ? announce(thread, waiting) : remove(thread, change),
  };

  const ring = () => {
    if (!bell && thread.me?.reader?.kind === 'account') {
      bell = setTimeout(() => {
        bell = undefined;
        signal.aborted || document.hidden || askBell(thread);
      }, BELL * (1 + Math.random() / 4));
    }
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  const open = () => {
    if (source || document.hidden || signal.aborted) {
      return;
    }
    const query = new URLSearchParams({ ...thread.address, since });
    source = new EventSource(`${base}/api/v1/events?${query}`);
    source.onopen = () => (pause = GATHER);
    source.onerror = () => {
      close();
      setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST);
    };
    for (const [kind, act] of Object.entries(acts)) {
      source.addEventListener(kind, ({ lastEventId, data }) => {
        since = lastEventId;
        thread.attempt(() => act(JSON.parse(data)));
      });
    }
  };

  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()), {
    signal,
  });
  signal.addEventListener('abort', close);
  open();
}

/** A number that cannot be had now will be had the next time. @param {Thread} thread */
async function askBell(thread) {
  await import('./mine.js').then(({ hear }) => hear(thread)).catch(() => {});
}

/** Offer what waits, where it will stand. @param {Thread} thread @param {Map<string, Change>} waiting */
async function announce(thread, waiting) {
  const { widget } = await thread.words.all();
  const places = new Map();
  for (const [id, change] of waiting) {
    const shown = thread.comment(id);
    if (shown) {
      // One's own stands there already; a card may have come to it since.
      change.html?.includes('data-rj="card"') && !part(shown, 'card') && replace(thread, change);
      waiting.delete(id);
      continue;
    }
    const place = change.parent ? thread.comment(change.parent)?.closest('li') : thread.section;
    if (place) {
      places.set(place, [...(places.get(place) ?? []), change]);
    }
  }
  for (const button of thread.section.querySelectorAll('[data-rj=fresh]')) {
    button.remove();
  }
  for (const [place, news] of places) {
    offer(thread, waiting, place, news, counted(thread.words, widget.fresh, news.length));
  }
  if (places.size) {
    thread.tell(counted(thread.words, widget.fresh, [...places.values()].flat().length));
  }
}

/**
 * @param {Thread} thread
 * @param {Map<string, Change>} waiting
 * @param {HTMLElement} place
 * @param {Change[]} news
 * @param {string} label
 */
function offer(thread, waiting, place, news, label) {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'rj-fresh', textContent: label });
  button.dataset['rj'] = 'fresh';
  const isRoots = place === thread.section;
  button.addEventListener('click', () => {
    const list = isRoots ? part(place, 'list') : listOf(place, button);
    const items = news.filter(({ id }) => waiting.delete(id) && !thread.comment(id)).map((change) => {
      const item = document.createElement('li');
      item.append(thread.scope.parse(change.html ?? ''));
      return item;
    });
    isRoots ? list?.prepend(...items.reverse()) : list?.append(...items);
    button.remove();
    thread.section.querySelector('.rj-empty')?.remove();
    items.forEach((item) => thread.wake(item));
    thread.focus(items[0] && part(items[0], 'comment'));
    thread.attempt(async () => {
      for (const _ of items) {
        await recount(thread, 1);
      }
    });
  });
  isRoots ? part(place, 'list')?.before(button) : place.append(button);
}

/** A comment's new text, unless the reader is changing it. @param {Thread} thread @param {Change} change */
function replace(thread, change) {
  const shown = thread.comment(change.id);
  const fresh = part(thread.scope.parse(change.html ?? ''), 'comment');
  if (shown && fresh && !shown.querySelector('form[data-rj=edit]')) {
    const { activeElement } = /** @type {Document} */ (shown.getRootNode());
    const hasFocus = shown.contains(activeElement);
    fresh.dataset['level'] = shown.dataset['level'];
    shown.replaceWith(fresh);
    thread.wake(/** @type {HTMLElement} */ (fresh.parentElement));
    hasFocus && thread.focus(fresh);
  }
}

/** @param {Thread} thread @param {Change} change */
function count(thread, { id, votes, reactions }) {
  if (reactions) {
    thread.attempt(async () => (await import('./reactions.js')).count(thread, id, reactions));
  }
  const shown = thread.comment(id);
  const place = shown && part(shown, 'score');
  if (place?.dataset['score'] && votes) {
    const score = votes[0] - votes[1];
    place.dataset['score'] = `${score}`;
    place.textContent = score.toLocaleString(thread.words.locale).replace('-', '\u2212');
  }
}

/** @param {Thread} thread @param {Change} change */
async function remove(thread, change) {
  const shown = thread.comment(change.id);
  if (!shown || shown.dataset['state'] === 'removed') {
    return;
  }
  change.html ? replace(thread, change) : takeOut(thread, shown.closest('li'));
  await recount(thread, -1);
}
