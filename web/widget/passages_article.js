/** The article of a thread with the passages that comments are about, as the page stands now. */
import { dress } from './dress.js';
import { anchor } from './passages_anchor.js';
import { Folded } from './passages_fold.js';
import { Marks } from './passages_marks.js';
import { ArticleText, unitsTo } from './passages_text.js';
import { wordsOf } from './passages_words.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * A passage that is spoken of, as the server tells it; offsets are in scalars of the server's text.
 *
 * @typedef {object} Annotation
 * @property {'comment' | 'question'} [kind]
 * @property {string} [comment] The comment that is about it.
 * @property {string} [question] The question; of a comment, the one that it answers.
 * @property {string} [text] What is asked, where this is a question.
 * @property {boolean} [is_open] Whether answers are taken, where this is a question.
 * @property {string} exact
 * @property {string} prefix
 * @property {string} suffix
 * @property {number | null} [start]
 * @property {number | null} [end]
 * @property {number | null} [rival]
 * @property {string} [state]
 * @property {number} n How many comments its discussion has.
 * @property {number} [checks] How many of them carry sources.
 */

/**
 * What ends at one place of the article: one icon stands there.
 *
 * @typedef {object} Group
 * @property {string} key
 * @property {Annotation[]} annotations
 * @property {Range[]} ranges One for each annotation.
 */

/** How long an article stands still before it is read again, in ms. */
const STILL = 200;

/** @type {WeakMap<Thread, Promise<Passages>>} */
const known = new WeakMap();

export class Passages {
  /** @type {Annotation[]} */
  annotations = [];
  /** @type {Group[]} */
  groups = [];
  /** The article, if the page has it by now. @type {Element | null} */
  article = null;
  /** @type {ArticleText | undefined} */
  #text;
  /** What was posted here. @type {Annotation[]} */
  #posted = [];
  /** What was last looked through. */
  #read = /** @type {string | undefined} */ (undefined);
  /** @type {any} */
  #timer;

  /**
   * Those of a thread, once they are shown.
   *
   * @param {Thread} thread
   * @param {(passages: Passages, group: Group) => unknown} open What opens a group.
   * @returns {Promise<Passages>}
   */
  static of(thread, open) {
    let passages = known.get(thread);
    if (!passages) {
      passages = new Passages(thread, open).#begin();
      // What could not be had is asked for again.
      passages.catch(() => known.delete(thread));
      known.set(thread, passages);
    }
    return passages;
  }

  /** @param {Thread} thread @param {(passages: Passages, group: Group) => unknown} open */
  constructor(thread, open) {
    this.thread = thread;
    this.open = open;
    /** Whether readers may comment on passages. */
    this.isOpen = (thread.section.dataset['passages'] ?? '').split(' ').includes('comment');
    this.marks = new Marks(this);
    this.observer = new MutationObserver((records) => this.#hear(records));
  }

  async #begin() {
    const { thread } = this;
    const { host, signal } = thread.scope;
    await dress(thread, '/static/passages.css');
    if (Number(thread.section.dataset['annotations'] ?? 0)) {
      await this.load();
    }
    signal.throwIfAborted();
    // Late pages put the article in when it is there, and apps take it out again.
    this.observer.observe(document, { subtree: true, childList: true, characterData: true });
    const attributes = new MutationObserver(() => this.#look());
    attributes.observe(host, { attributeFilter: ['article'] });
    document.addEventListener('click', (event) => this.marks.click(event), { signal });
    signal.addEventListener('abort', () => {
      this.observer.disconnect();
      attributes.disconnect();
      clearTimeout(this.#timer);
      this.marks.clear();
    });
    this.#look();
    return this;
  }

  /** Ask the server which passages are spoken of. */
  async load() {
    const query = new URLSearchParams(this.thread.address);
    const answer = await this.thread.fetch(`/embed/annotations?${query}`, { credentials: 'omit' });
    /** @type {{annotations: Annotation[]}} */
    const { annotations } = await answer.json();
    // What was posted here a moment ago may not be in it yet.
    const isNew = (/** @type {Annotation} */ own) => annotations.every((other) => nameOf(other) !== nameOf(own));
    this.annotations = [...annotations, ...this.#posted.filter(isNew)];
    this.#read = undefined;
  }

  /** Ask again, and show what there is by now. */
  async renew() {
    await this.load();
    this.#look();
  }

  /** Comments on passages that have come into the thread. @param {(string | null)[]} ids */
  async meet(ids) {
    if (ids.some((id) => this.annotations.every(({ comment }) => comment !== id))) {
      await this.renew();
    }
  }

  /** What the scripts say of passages, in the thread's language. */
  words() {
    return wordsOf(this.thread);
  }

  /** The text of the article as it stands now; nothing where there is no article. */
  text() {
    this.article = articleOf(this.thread.scope.host);
    this.#text ??= this.article ? new ArticleText(this.article) : undefined;
    return this.#text;
  }

  /**
   * A comment that was posted here: about a passage, or in the discussion of one.
   *
   * @param {{id: string, root: string, annotation?: Annotation, question?: {id: string}}} comment
   */
  add({ id, root, annotation, question }) {
    const own = this.annotations.find(({ comment }) => comment === root);
    if (annotation && !own) {
      const kind = /** @type {const} */ ('comment');
      const posted = { ...annotation, kind, comment: id, n: 1, ...(question && { question: question.id }) };
      this.annotations.push(posted);
      this.#posted.push(posted);
    } else if (own) {
      own.n += 1;
    }
    this.#read = undefined;
    this.#look();
  }

  /** Where a passage stands on the page. @param {import('./passages_anchor.js').Selector} selector */
  find(selector) {
    const text = this.text();
    const { start } = selector;
    const place = text && anchor(new Folded(text.text), { ...selector, start: start == null ? null : unitsTo(text.text, start) });
    return place ? (text?.range(place.start, place.end) ?? null) : null;
  }

  /** Go to the passage of a comment, and mark it; false where it is nowhere. @param {string} id */
  async show(id) {
    const is = () => this.groups.find((group) => group.annotations.some(({ comment }) => comment === id));
    if (!is()) {
      await this.renew();
    }
    const group = is();
    group && this.marks.visit(group, group.annotations.findIndex(({ comment }) => comment === id));
    return !!group;
  }

  /** @param {MutationRecord[]} records */
  #hear(records) {
    const { article } = this;
    const own = (/** @type {Node} */ node) => node.nodeName.startsWith('REJOINDER-');
    const isOthers = (/** @type {MutationRecord} */ { addedNodes, removedNodes, type }) =>
      type === 'characterData' || ![...addedNodes, ...removedNodes].every(own);
    const touching = records.filter((record) => !article?.isConnected || article.contains(record.target));
    if (touching.some(isOthers)) {
      this.marks.mend();
      this.observer.takeRecords();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), STILL);
    }
  }

  /** Find every passage on the page as it stands now. */
  #look() {
    if (this.thread.scope.signal.aborted) {
      return;
    }
    this.#text = undefined;
    const before = this.article;
    const read = this.text()?.text ?? '';
    if (read === this.#read && before === this.article && this.marks.areThere()) {
      return;
    }
    this.#read = read;
    // What icons part is put together before places in it are taken.
    this.marks.lift();
    this.#text = undefined;
    const text = this.text();
    this.groups = text ? this.#group(text) : [];
    this.marks.draw(this.groups);
    this.observer.takeRecords();
    // Where an icon parts a text there is one more node now.
    this.#text = undefined;
  }

  /** @param {ArticleText} text */
  #group(text) {
    const folded = new Folded(text.text);
    /** @type {Map<number, Group>} */
    const groups = new Map();
    for (const annotation of this.annotations) {
      const start = annotation.start == null ? null : unitsTo(text.text, annotation.start);
      const place = anchor(folded, { ...annotation, start });
      const range = place && text.range(place.start, place.end);
      if (place && range) {
        const group = groups.get(place.end) ?? { key: nameOf(annotation), annotations: [], ranges: [] };
        groups.set(place.end, group);
        // It stays while answers come.
        group.key = annotation.kind === 'question' ? nameOf(annotation) : group.key;
        group.annotations.push(annotation);
        group.ranges.push(range);
      }
    }
    return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
  }
}

/** @param {Annotation} annotation */
const nameOf = ({ comment, question, exact }) => comment ?? question ?? exact;

/**
 * What the thread's element says is the article, else what pages usually mark as it.
 *
 * @param {HTMLElement} host
 * @returns {Element | null}
 */
function articleOf(host) {
  const page = /** @type {Document | ShadowRoot} */ (host.getRootNode());
  const find = (/** @type {string} */ selector) => page.querySelector(selector) ?? document.querySelector(selector);
  const own = host.getAttribute('article');
  if (own) {
    try {
      return find(own);
    } catch {
      return null;
    }
  }
  return (
    find('[itemprop~=articleBody]') ??
    host.closest('article') ??
    find('article:not([data-rj])') ??
    find('main') ??
    document.body
  );
}
