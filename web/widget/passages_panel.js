/** What is said of a passage, beside it or under it. */
import { part } from '../shared/nodes.js';
import { acts as browse } from './browse.js';
import { counted } from './items.js';
import { putAfter, putBeside } from './passages_place.js';
import { canAsk, tend } from './passages_ask.js';
import { canAnswer, canWrite, write } from './passages_quote.js';
import { dressed, shade } from './passages_shade.js';
import { short } from './passages_text.js';

/** @typedef {import('./passages_article.js').Passages} Passages */
/** @typedef {import('./passages_article.js').Group} Group */
/** @typedef {import('./passages_article.js').Annotation} Annotation */

/** How many comments are shown: the last. */
const SHOWN = 3;

/**
 * What is open.
 *
 * @type {{host: HTMLElement, key: string, button?: HTMLElement, passages: Passages, life: AbortController} | undefined}
 */
let opened;

/** Open what is said of a passage, or close it. @param {Passages} passages @param {Group} group */
export async function toggle(passages, group) {
  const isOpen = opened?.key === group.key && opened.host.isConnected;
  close();
  isOpen || (await open(passages, group));
}

function close() {
  if (opened) {
    const { host, button, passages, life } = opened;
    life.abort();
    const hadFocus = !!host.shadowRoot?.activeElement;
    host.remove();
    passages.marks.point([]);
    button && (button.ariaExpanded = 'false');
    hadFocus && button?.focus({ preventScroll: true });
    opened = undefined;
  }
}

/** @param {Passages} passages @param {Group} group */
async function open(passages, group) {
  const { thread } = passages;
  const [words, comments, questions] = await Promise.all([
    passages.words(),
    lastOf(passages, group),
    questionsOf(passages, group),
  ]);
  const host = document.createElement('rejoinder-panel');
  const panel = document.createElement('section');
  panel.className = 'rj-panel';
  panel.tabIndex = -1;
  panel.ariaLabel = words.panel;
  panel.append(headOf(group, words));
  for (const question of questions) {
    panel.append(question.shown);
    canAsk(passages) && panel.append(tend(passages, question, words, close));
  }
  const list = document.createElement('ol');
  list.className = 'rj-list';
  for (const comment of comments) {
    const item = document.createElement('li');
    item.append(comment);
    list.append(item);
  }
  const checks = checksOf(group, words, thread, comments);
  checks && panel.append(checks);
  comments.length && panel.append(list);
  panel.append(actsOf(passages, group, questions, words, comments.length));
  shade(passages, host, panel);
  const range = /** @type {Range} */ (group.ranges[0]);
  const button = passages.marks.button(group);
  close();
  putAfter(host, range.endContainer);
  await dressed(host);
  putBeside(host, range);
  const life = new AbortController();
  const { signal } = life;
  opened = { host, key: group.key, button, passages, life };
  passages.marks.point(group.ranges);
  button && (button.ariaExpanded = 'true');
  thread.scope.signal.addEventListener('abort', close, { signal });
  addEventListener('resize', () => putBeside(host, range), { signal });
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  };
  host.addEventListener('keydown', press, { signal });
  button?.addEventListener('keydown', press, { signal });
  part(panel, 'close')?.addEventListener('click', close);
  panel.focus({ preventScroll: true });
  host.scrollIntoView({ block: 'nearest' });
}

/**
 * The sources for or against the passage, as far as their comments are here, behind a small mark.
 *
 * @param {Group} group
 * @param {any} words
 * @param {import('./thread.js').Thread} thread
 * @param {Element[]} comments
 */
function checksOf({ annotations }, words, thread, comments) {
  const n = annotations.reduce((sum, { checks = 0 }) => sum + checks, 0);
  const checks = comments.flatMap((comment) => [...comment.querySelectorAll('.rj-check')]);
  if (!n) {
    return null;
  }
  const mark = document.createElement(checks.length ? 'details' : 'p');
  mark.className = 'rj-checks';
  const name = checks.length ? mark.appendChild(document.createElement('summary')) : mark;
  name.textContent = counted(thread.words, words.checks, n);
  mark.append(...checks);
  return mark;
}

/** @param {Group} group @param {any} words */
function headOf({ annotations }, words) {
  const head = document.createElement('header');
  const quote = document.createElement('blockquote');
  quote.dir = 'auto';
  quote.textContent = short(`${annotations[0]?.exact}`, 20);
  const off = Object.assign(document.createElement('button'), { type: 'button', ariaLabel: words.close, textContent: '×' });
  off.dataset['rj'] = 'close';
  head.append(quote, off);
  return head;
}

/**
 * @param {Passages} passages
 * @param {Group} group
 * @param {import('./passages_ask.js').Asked[]} questions As the server shows them now.
 * @param {any} words
 * @param {number} nShown
 */
function actsOf(passages, { annotations }, questions, words, nShown) {
  const { thread } = passages;
  const acts = document.createElement('p');
  acts.className = 'rj-acts';
  const n = annotations.reduce((sum, annotation) => sum + annotation.n, 0);
  if (nShown) {
    const all = document.createElement('a');
    const query = new URLSearchParams(thread.address);
    const [only, ...others] = annotations.filter(({ comment }) => comment);
    const asked = annotations.find(({ kind }) => kind === 'question');
    if (asked) {
      query.set('passage', `${asked.question}`);
    } else {
      others.length ? query.set('filter', 'inline') : query.set('root', `${only?.comment}`);
    }
    all.href = `${thread.scope.base}/embed?${query}`;
    all.textContent = n > nShown ? words.all.replace('{n}', n.toLocaleString(thread.words.locale)) : words.there;
    all.addEventListener('click', (event) => {
      event.preventDefault();
      close();
      thread.attempt(() => browse.branch(thread, all));
    });
    acts.append(all);
  }
  const offer = (/** @type {string} */ name, /** @type {Annotation} */ about) => {
    const add = Object.assign(document.createElement('button'), { type: 'button', textContent: name });
    add.addEventListener('click', () => {
      close();
      const { exact, prefix, suffix, start, end, question, text } = about;
      const place = start == null || end == null ? {} : { start, end };
      const asked = question && text ? { question: { id: question, text } } : {};
      thread.attempt(() => write(passages, { exact, prefix, suffix, ...place, ...asked }));
    });
    acts.append(add);
  };
  // What is marked may be older than what is shown.
  const isOpen = (/** @type {import('./passages_ask.js').Asked} */ { is_open, shown }) =>
    is_open && !shown.querySelector('[data-rj=shut]');
  const open = canAnswer(passages) ? questions.filter(isOpen) : [];
  const [first] = annotations.filter(({ kind }) => kind !== 'question');
  open.forEach((own) => offer(words.answer, own));
  if (!open.length && first && canWrite(passages)) {
    offer(words.add, first);
  }
  return acts;
}

/**
 * What is asked of a passage, as the server shows it.
 *
 * @param {Passages} passages
 * @param {Group} group
 * @returns {Promise<import('./passages_ask.js').Asked[]>}
 */
async function questionsOf({ thread }, { annotations }) {
  const asked = annotations.filter(({ kind }) => kind === 'question');
  const [first] = asked;
  if (!first) {
    return [];
  }
  const query = new URLSearchParams({ ...thread.address, passage: `${first.question}`, limit: '1', replies: '0' });
  const answer = await thread.fetch(`/embed/thread?${query}`, { credentials: 'omit' });
  const page = thread.scope.parse(await answer.text());
  return asked.flatMap((own) => {
    const shown = /** @type {HTMLElement | null} */ (page.querySelector(`[data-question="${own.question}"]`));
    return shown ? [{ ...own, shown }] : [];
  });
}

/** The last comments on a passage, oldest first, as they stand in the thread. @param {Passages} passages @param {Group} group */
async function lastOf({ thread }, { annotations }) {
  const roots = annotations.flatMap(({ comment }) => comment ?? []).sort().slice(-SHOWN);
  const branches = await Promise.all(
    roots.map(async (root) => {
      const query = new URLSearchParams({ ...thread.address, root });
      const answer = await thread.fetch(`/embed/thread?${query}`, { credentials: 'omit' });
      return [...thread.scope.parse(await answer.text()).querySelectorAll('[data-rj=list] [data-rj=comment]')];
    }),
  );
  const at = (/** @type {Element} */ comment) => comment.querySelector('time')?.dateTime ?? '';
  const last = branches.flat().sort((a, b) => at(a).localeCompare(at(b))).slice(-SHOWN);
  for (const comment of last) {
    comment.removeAttribute('id');
    comment.removeAttribute('data-marked');
    comment.querySelectorAll('.rj-acts,.rj-cards,.rj-passage,.rj-asked,.rj-to,.rj-check form').forEach((left) => left.remove());
    thread.words.tellTimes(comment);
    // It would lead away from the article.
    const when = comment.querySelector('.rj-when');
    when?.replaceWith(...when.childNodes);
  }
  return last;
}
