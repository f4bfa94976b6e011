/**
 * Marks on passages, and an icon behind each that opens what is said of it. Marks change nothing in
 * the page; icons are elements of ours, and what they part is put together again.
 */
import { counted } from './items.js';
import { shade } from './passages_shade.js';
import { BLOCK, short } from './passages_text.js';

/** @typedef {import('./passages_article.js').Passages} Passages */
/** @typedef {import('./passages_article.js').Group} Group */

/** What follows a word without a space, and should not be parted from it. */
const CLOSING = /^[\p{Pe}\p{Pf}"'’.,;:!?…]+/u;

/** Nothing that is clicked may stand in what is clicked. */
const CLICKED = 'a,button,summary,label';

export class Marks {
  /** @type {Map<string, {host: HTMLElement, button: HTMLButtonElement}>} */
  #icons = new Map();
  /**
   * What is behind each text that an icon parts: the icons, and the rest of its words.
   *
   * @type {Map<Text, {left: string, parts: (Text | HTMLElement)[]}>}
   */
  #cuts = new Map();
  /** The blocks that say where their details are, and what they said before. @type {Map<Element, string | null>} */
  #details = new Map();
  /** @type {CSSStyleSheet | undefined} */
  #sheet;
  /** @type {Document | ShadowRoot | undefined} */
  #page;
  /** @type {Record<'all' | 'now', Set<Range>>} */
  #ranges = { all: new Set(), now: new Set() };
  /** What the browser was last told. @type {Record<'all' | 'now', Set<Range>>} */
  #painted = { all: new Set(), now: new Set() };
  /** The group whose icon had the keyboard when it was taken out. @type {string | undefined} */
  #focused;

  /** @param {Passages} passages */
  constructor(passages) {
    this.passages = passages;
  }

  /** Whether what was drawn still stands in the page. */
  areThere() {
    return [...this.#icons.values()].every(({ host }) => host.isConnected);
  }

  /** Take the icons out, so that the article is as the page made it, until they are drawn again. */
  lift() {
    this.#focused = [...this.#icons].find(([, { host }]) => host.shadowRoot?.activeElement)?.[0];
    this.#takeOut();
  }

  /** @param {Group[]} groups Of an article without icons. */
  draw(groups) {
    const { article } = this.passages;
    this.#stand(article, true);
    if (!article || !groups.length) {
      this.#icons.clear();
      this.#paint();
      return;
    }
    this.#rule(article);
    this.#ranges.all = new Set(groups.flatMap(({ ranges }) => ranges));
    const icons = new Map(groups.map((group) => [group.key, this.#icons.get(group.key) ?? this.#icon(group)]));
    this.#icons = icons;
    // From the last on: what stands before a cut keeps its place.
    for (const group of [...groups].reverse()) {
      const icon = /** @type {{host: HTMLElement, button: HTMLButtonElement}} */ (icons.get(group.key));
      this.#place(group, icon.host);
      this.passages.thread.attempt(() => this.#label(group, icon.button));
    }
    this.#paint();
    const again = this.#focused && icons.get(this.#focused);
    again && again.button.focus({ preventScroll: true });
  }

  /** Whether the icons stand for links that the page itself has put behind passages. @param {Element | null} article @param {boolean} is */
  #stand(article, is) {
    article?.querySelectorAll('[data-rejoinder-passage]').forEach((link) => link.toggleAttribute('hidden', is));
  }

  /** Take away everything that is ours. */
  clear() {
    this.#stand(this.passages.article, false);
    this.#takeOut();
    this.#icons.clear();
    this.#ranges.now = new Set();
    this.#paint();
    this.#unrule();
  }

  /** Mark what is spoken of now, and nothing else as such. @param {Range[]} ranges */
  point(ranges) {
    const { article } = this.passages;
    article && this.#rule(article);
    this.#ranges.now = new Set(ranges);
    this.#paint();
  }

  /** Go to a passage. @param {Group} group @param {number} n Which of the group. */
  visit(group, n) {
    const icon = this.#icons.get(group.key);
    const range = group.ranges[n];
    if (icon && range) {
      this.point([range]);
      icon.host.scrollIntoView({ block: 'center' });
      icon.button.focus({ preventScroll: true });
    }
  }

  /** The button behind a group. @param {Group} group */
  button({ key }) {
    return this.#icons.get(key)?.button;
  }

  /**
   * Where the page has written a text that an icon parts, the rest of it is no longer meant; what it
   * has taken out as a whole is made whole, for when it comes back.
   */
  mend() {
    for (const [head, { left, parts }] of this.#cuts) {
      if (head.data !== left) {
        parts.forEach((part) => part.remove());
        this.#cuts.delete(head);
      } else if (!head.isConnected || parts.some(({ parentNode }) => parentNode !== head.parentNode)) {
        this.#join(head, parts);
        this.#cuts.delete(head);
      }
    }
  }

  /** @param {Text} head @param {(Text | HTMLElement)[]} parts */
  #join(head, parts) {
    for (const part of parts) {
      if (part.nodeType === 3 && part.parentNode && part.parentNode === head.parentNode) {
        head.appendData(/** @type {Text} */ (part).data);
      }
      part.remove();
    }
  }

  /** The group whose passage is at a point of the window. @param {MouseEvent} event */
  #at({ clientX: x, clientY: y }) {
    const within = (/** @type {DOMRect} */ { left, right, top, bottom }) =>
      x >= left && x <= right && y >= top && y <= bottom;
    return this.passages.groups.find(({ ranges }) => ranges.some((range) => [...range.getClientRects()].some(within)));
  }

  /** @param {Group} group */
  #icon(group) {
    const host = document.createElement('rejoinder-passage');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'rj-icon';
    button.ariaExpanded = 'false';
    shade(this.passages, host, button);
    host.id = `rejoinder-passage-${group.key}`;
    button.addEventListener('click', () => this.#open(group.key));
    const on = () => this.point(this.#group(group.key)?.ranges ?? []);
    const off = () => button.ariaExpanded === 'true' || this.point([]);
    button.addEventListener('pointerenter', on);
    button.addEventListener('focus', on);
    button.addEventListener('pointerleave', off);
    button.addEventListener('blur', off);
    return { host, button };
  }

  /** @param {string} key */
  #group(key) {
    return this.passages.groups.find((group) => group.key === key);
  }

  /** Open what is said of a passage, or close it. @param {string} key */
  #open(key) {
    const group = this.#group(key);
    group && this.passages.thread.attempt(() => this.passages.open(this.passages, group));
  }

  /** @param {Group} group @param {HTMLButtonElement} button */
  async #label({ annotations }, button) {
    const { thread } = this.passages;
    const n = annotations.reduce((sum, annotation) => sum + annotation.n, 0);
    const isQuestion = annotations.some(({ kind }) => kind === 'question');
    button.textContent = n ? n.toLocaleString(thread.words.locale) : '?';
    button.toggleAttribute('data-question', isQuestion);
    const { icon, question, question_n } = await this.passages.words();
    const quote = short(`${annotations[0]?.exact}`, 8);
    const label = n || !isQuestion ? counted(thread.words, isQuestion ? question_n : icon, n) : question;
    button.ariaLabel = `${label.replace('{quote}', () => quote)}`;
  }

  /** Put an icon behind its passage. @param {Group} group @param {HTMLElement} host */
  #place({ ranges }, host) {
    const range = /** @type {Range} */ (ranges[0]);
    const last = /** @type {Text} */ (range.endContainer);
    const clicked = last.parentElement?.closest(CLICKED);
    const isClicked = clicked && this.passages.article?.contains(clicked);
    const [node, end] = isClicked ? [clicked.nextSibling, 0] : [last, range.endOffset];
    const closing = node instanceof Text ? (CLOSING.exec(node.data.slice(end))?.[0].length ?? 0) : 0;
    if (node instanceof Text && end + closing) {
      this.#cut(node, end + closing, host);
    } else {
      clicked?.after(host);
    }
    const block = host.parentElement?.closest(BLOCK);
    if (block) {
      const was = block.getAttribute('aria-details');
      this.#details.has(block) || this.#details.set(block, was);
      block.setAttribute('aria-details', [host.id, was].filter(Boolean).join(' '));
    }
  }

  /** @param {Text} node @param {number} at @param {HTMLElement} host */
  #cut(node, at, host) {
    const isInside = node.data.slice(at).trim() !== '';
    const tail = isInside ? node.splitText(at) : null;
    node.after(host);
    const cut = this.#cuts.get(node) ?? { left: '', parts: [] };
    cut.left = node.data;
    cut.parts.unshift(host, ...(tail ? [tail] : []));
    this.#cuts.set(node, cut);
  }

  /** Take the icons out, and put together what they parted. */
  #takeOut() {
    this.mend();
    this.#cuts.forEach(({ parts }, head) => this.#join(head, parts));
    this.#cuts.clear();
    this.#icons.forEach(({ host }) => host.remove());
    for (const [block, was] of this.#details) {
      was === null ? block.removeAttribute('aria-details') : block.setAttribute('aria-details', was);
    }
    this.#details.clear();
    this.#ranges.all = new Set();
  }

  /** The rule that shows the marks, in the tree of the article. @param {Element} article */
  #rule(article) {
    const page = /** @type {Document | ShadowRoot} */ (article.getRootNode());
    if (!('highlights' in CSS) || (this.#sheet && this.#page === page)) {
      return;
    }
    const accent = getComputedStyle(this.passages.thread.section).getPropertyValue('--a') || 'LinkText';
    const wash = (/** @type {number} */ share) => `color-mix(in srgb, ${accent} ${share}%, transparent)`;
    this.#unrule();
    this.#page = page;
    this.#sheet = new CSSStyleSheet();
    this.#sheet.replaceSync(
      `::highlight(rejoinder-passage) { background-color: ${wash(8)}; text-decoration: underline 2px ${wash(55)} }
      ::highlight(rejoinder-passage-now) { background-color: ${wash(22)} }`,
    );
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, this.#sheet];
  }

  #unrule() {
    const sheet = this.#sheet;
    if (this.#page && sheet) {
      this.#page.adoptedStyleSheets = this.#page.adoptedStyleSheets.filter((other) => other !== sheet);
    }
    this.#sheet = undefined;
  }

  /** A marked passage opens by a click, too. @param {MouseEvent} event */
  click(event) {
    const target = /** @type {Element} */ (event.target);
    const isText = this.#sheet && this.passages.article?.contains(target) && document.getSelection()?.isCollapsed;
    const isOther = target.localName.startsWith('rejoinder-') || target.closest(`${CLICKED},input`);
    const group = isText && !isOther ? this.#at(event) : undefined;
    group && this.#open(group.key);
  }

  /** Tell the browser what is marked: threads of a page share the two names. */
  #paint() {
    if (!('highlights' in CSS)) {
      return;
    }
    for (const kind of /** @type {const} */ (['all', 'now'])) {
      const name = kind === 'now' ? 'rejoinder-passage-now' : 'rejoinder-passage';
      const highlight = CSS.highlights.get(name) ?? new Highlight();
      CSS.highlights.set(name, highlight);
      highlight.priority = kind === 'now' ? 1 : 0;
      this.#painted[kind].forEach((range) => highlight.delete(range));
      this.#ranges[kind].forEach((range) => highlight.add(range));
      this.#painted[kind] = this.#ranges[kind];
    }
  }

}
