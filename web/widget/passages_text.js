/**
 * The text of an article as the server reads it (`markup::article_text`), and the way from its
 * characters to the nodes of the page and back.
 *
 * Runs of white space are one space; blocks and `<br>` are parted by one newline. Of what readers do
 * not read as part of it, and of what is ours, nothing is in it.
 */

/** What has no text of the article in it. */
const NONE = new Set(
  ('script,style,noscript,template,iframe,object,embed,svg,math,canvas,audio,video,button,input,select,textarea,' +
    'option,datalist,form,dialog,head,title,frameset,noframes,noembed').split(','),
);

/** What stands in a line of its own. */
const BLOCKS = new Set(
  ('address,article,aside,blockquote,body,caption,center,dd,details,dir,div,dl,dt,fieldset,figcaption,figure,footer,' +
    'h1,h2,h3,h4,h5,h6,header,hgroup,hr,html,legend,li,main,menu,nav,ol,p,pre,search,section,summary,table,tbody,td,' +
    'tfoot,th,thead,tr,ul').split(','),
);

/** What a passage stands in, as a selector. */
export const BLOCK = [...BLOCKS].join();

/** @param {Element} element */
const isLeftOut = (element) =>
  NONE.has(element.localName) ||
  element.localName.startsWith('rejoinder-') ||
  element.hasAttribute('hidden') ||
  element.hasAttribute('data-rejoinder-ignore');

export class ArticleText {
  text = '';
  /** The text nodes that have a part in it, in order. @type {Text[]} */
  #nodes = [];
  /** Where the part of each begins. @type {number[]} */
  #starts = [];
  /** For each unit of `text` its place in its node; −1 for what stands in none. @type {number[]} */
  #places = [];
  /** What is owed before the next character. @type {'' | ' ' | '\n'} */
  #owed = '';

  /** @param {Node} root */
  constructor(root) {
    this.#walk(root);
  }

  /** @param {Node} parent */
  #walk(parent) {
    for (let node = parent.firstChild; node; node = node.nextSibling) {
      if (node.nodeType === 3) {
        this.#take(/** @type {Text} */ (node));
      } else if (node.nodeType === 1) {
        const name = /** @type {Element} */ (node).localName;
        const isBlock = name === 'br' || BLOCKS.has(name);
        isBlock && this.#part();
        isLeftOut(/** @type {Element} */ (node)) || this.#walk(node);
        isBlock && this.#part();
      }
    }
  }

  #part() {
    this.#owed = this.text && '\n';
  }

  /** @param {Text} node */
  #take(node) {
    const { data } = node;
    let isNew = true;
    for (let at = 0; at < data.length; at += 1) {
      const unit = /** @type {string} */ (data[at]);
      if (/\p{White_Space}/u.test(unit)) {
        this.#owed ||= this.text && ' ';
        continue;
      }
      if (this.#owed) {
        this.text += this.#owed;
        this.#places.push(-1);
        this.#owed = '';
      }
      if (isNew) {
        this.#nodes.push(node);
        this.#starts.push(this.text.length);
        isNew = false;
      }
      this.text += unit;
      this.#places.push(at);
    }
  }

  /**
   * The range of the page that shows the text from `start` to `end`, or null where there is nothing.
   *
   * @param {number} start
   * @param {number} end
   */
  range(start, end) {
    [start, end] = this.#trim(start, end);
    const [first, last] = [this.#point(start), this.#point(end - 1)];
    if (start >= end || !first || !last) {
      return null;
    }
    const range = /** @type {Document} */ (first.node.ownerDocument).createRange();
    range.setStart(first.node, first.at);
    range.setEnd(last.node, last.at + 1);
    return range;
  }

  /**
   * The part of the text that `range` shows, or null where it shows none of it.
   *
   * @param {Range} range
   * @returns {[number, number] | null}
   */
  part(range) {
    let [start, end] = [-1, -1];
    this.#nodes.forEach((node, n) => {
      if (!range.intersectsNode(node)) {
        return;
      }
      const from = node === range.startContainer ? range.startOffset : 0;
      const to = node === range.endContainer ? range.endOffset : Infinity;
      for (let at = this.#startOf(n); at < this.#startOf(n + 1); at += 1) {
        const place = /** @type {number} */ (this.#places[at]);
        if (place >= from && place < to) {
          start = start < 0 ? at : start;
          end = at + 1;
        }
      }
    });
    return start < 0 ? null : [start, end];
  }

  /** Without what stands in no node. @param {number} start @param {number} end @returns {[number, number]} */
  #trim(start, end) {
    while (start < end && this.#places[start] === -1) {
      start += 1;
    }
    while (end > start && this.#places[end - 1] === -1) {
      end -= 1;
    }
    return [start, end];
  }

  /** @param {number} n */
  #startOf(n) {
    return this.#starts[n] ?? this.text.length;
  }

  /** @param {number} at */
  #point(at) {
    let [low, high] = [0, this.#nodes.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      this.#startOf(middle) <= at ? (low = middle) : (high = middle);
    }
    const node = this.#nodes[low];
    const place = this.#places[at];
    return node && place !== undefined ? { node, at: place } : null;
  }
}

/** The number of scalars before the unit `at` of `text`. @param {string} text @param {number} at */
export function scalarsTo(text, at) {
  let n = 0;
  for (let unit = 0; unit < at && unit < text.length; n += 1) {
    unit += /** @type {number} */ (text.codePointAt(unit)) > 0xffff ? 2 : 1;
  }
  return n;
}

/** The unit of `text` before which `n` scalars stand. @param {string} text @param {number} n */
export function unitsTo(text, n) {
  let unit = 0;
  for (let scalar = 0; scalar < n && unit < text.length; scalar += 1) {
    unit += /** @type {number} */ (text.codePointAt(unit)) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** What is kept beside a passage, and how long a passage can be, in scalars. */
const CONTEXT = 32;
export const MAX_EXACT = 1_000;

/**
 * How the passage from `start` to `end` is found again, as the server takes it.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
export function selectorOf(text, start, end) {
  const from = scalarsTo(text, start);
  const exact = text.slice(start, end);
  return {
    exact,
    prefix: Array.from(text.slice(Math.max(0, start - 2 * CONTEXT), start)).slice(-CONTEXT).join(''),
    suffix: Array.from(text.slice(end, end + 2 * CONTEXT)).slice(0, CONTEXT).join(''),
    start: from,
    end: from + scalarsTo(exact, exact.length),
  };
}

/** The first words of a text. @param {string} text @param {number} n */
export function short(text, n) {
  const words = text.trim().split(/\s+/);
  return words.length > n ? `${words.slice(0, n).join(' ')} …` : words.join(' ');
}
