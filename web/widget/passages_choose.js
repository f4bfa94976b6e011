/** What can be done with what is selected in the article. */
import { rival } from './passages_anchor.js';
import { Folded } from './passages_fold.js';
import { ask, canAsk } from './passages_ask.js';
import { canCorrect, correct } from './passages_correct.js';
import { moveTo, putAfter } from './passages_place.js';
import { canWrite, write } from './passages_quote.js';
import { dressed, shade } from './passages_shade.js';
import { MAX_EXACT, scalarsTo, selectorOf } from './passages_text.js';

/** @typedef {import('./passages_article.js').Passages} Passages */

/**
 * What is offered now, and for which part of the text.
 *
 * @type {{host: HTMLElement, key: string, life: AbortController} | undefined}
 */
let offered;

/** Offer what can be done with what is selected, as long as it is. @param {Passages} passages */
export async function offer(passages) {
  const chosen = chosenOf(passages);
  const key = chosen ? `${chosen.start} ${chosen.end}` : '';
  if (key && key === offered?.key && offered.host.isConnected) {
    return;
  }
  // Whoever has gone to the offer has not given it up.
  if (!offered?.host.shadowRoot?.activeElement) {
    withdraw();
  }
  if (chosen && !offered) {
    await show(passages, chosen, key);
  }
}

export function withdraw() {
  offered?.life.abort();
  offered?.host.remove();
  offered = undefined;
}

/** What of the article is selected. @param {Passages} passages */
function chosenOf(passages) {
  const selection = document.getSelection();
  const text = canWrite(passages) || canCorrect(passages) || canAsk(passages) ? passages.text() : undefined;
  const { article } = passages;
  if (!text || !article || !selection?.rangeCount || selection.isCollapsed) {
    return null;
  }
  const range = selection.getRangeAt(0);
  const common = range.commonAncestorContainer;
  const element = /** @type {Element | null} */ (common.nodeType === 1 ? common : common.parentElement);
  if (!article.contains(common) || element?.closest('[contenteditable]:not([contenteditable=false])')) {
    return null;
  }
  const part = text.part(range);
  return part && { range: range.cloneRange(), text: text.text, start: part[0], end: part[1] };
}

/**
 * @param {Passages} passages
 * @param {NonNullable<ReturnType<typeof chosenOf>>} chosen
 * @param {string} key
 */
async function show(passages, { range, text, start, end }, key) {
  const { thread } = passages;
  const words = await passages.words();
  const host = document.createElement('rejoinder-offer');
  const exact = text.slice(start, end);
  const isLong = scalarsTo(exact, exact.length) > MAX_EXACT;
  /** @type {[string, () => unknown][]} */
  const ways = [];
  const selector = () => wholeOf(text, start, end);
  canWrite(passages) && ways.push([words.offer, () => write(passages, selector())]);
  canCorrect(passages) && ways.push([words.correct, () => correct(passages, range, selector())]);
  canAsk(passages) && ways.push([words.ask, () => ask(passages, range, selector())]);
  const tooLong = words.too_long.replace('{max}', MAX_EXACT.toLocaleString(thread.words.locale));
  const acts = isLong ? [offerOf('p', tooLong)] : ways.map(([name]) => offerOf('button', name));
  const status = document.createElement('p');
  status.className = 'rj-unseen';
  status.setAttribute('role', 'status');
  const offers = document.createElement('div');
  offers.className = 'rj-offers';
  offers.append(...acts);
  shade(passages, host, offers, status);
  withdraw();
  const life = new AbortController();
  const { signal } = life;
  offered = { host, key, life };
  putAfter(host, range.endContainer);
  // What is selected stays so.
  host.addEventListener('mousedown', (event) => event.preventDefault());
  acts.forEach((act, nth) =>
    act.addEventListener('click', () => {
      withdraw();
      const way = isLong ? undefined : ways[nth];
      way && thread.attempt(way[1]);
    }),
  );
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') {
      withdraw();
    } else if (event.key === 'Tab' && !isLong && !event.shiftKey && document.activeElement === document.body) {
      // Wherever the browser would go on from, what is offered comes first.
      event.preventDefault();
      acts[0]?.focus();
    }
  };
  document.addEventListener('keydown', press, { signal });
  thread.scope.signal.addEventListener('abort', withdraw, { signal });
  if (!matchMedia('(pointer: coarse)').matches) {
    await dressed(host);
    place(host, range);
  }
  status.textContent = acts.map(({ textContent }) => textContent).join(', ');
}

/** @param {'p' | 'button'} tag @param {string} textContent */
function offerOf(tag, textContent) {
  return Object.assign(document.createElement(tag), { className: 'rj-offer', textContent });
}

/** Under the end of what is selected, within the window. @param {HTMLElement} host @param {Range} range */
function place(host, range) {
  const rects = [...range.getClientRects()];
  const last = rects.at(-1) ?? range.getBoundingClientRect();
  const { width } = host.getBoundingClientRect();
  const most = document.documentElement.clientWidth - width - 8;
  moveTo(host, Math.max(8, Math.min(last.right - width / 2, most)), last.bottom + 8);
}

/** How a passage is found again, with what was like it. @param {string} text @param {number} start @param {number} end */
function wholeOf(text, start, end) {
  const selector = selectorOf(text, start, end);
  return { ...selector, rival: rival(new Folded(text), { ...selector, start }, start, end) };
}
