/**
 * A text as it is compared: what typing it again may change is the same in it. The same as `Folded` in
 * `crates/core/src/passages/folded.rs`.
 */

/** What is written in several ways, and how it is compared. */
const PLAIN = new Map([
  ...Array.from('‘’‚‛′ʼ`´‹›', (from) => /** @type {const} */ ([from, "'"])),
  ...Array.from('“”„‟″«»', (from) => /** @type {const} */ ([from, '"'])),
  ...Array.from('‐‑‒–—―−', (from) => /** @type {const} */ ([from, '-'])),
  /** @type {const} */ (['…', '...']),
]);

/** A character with the marks, or the vowels and finals of Hangul, that NFC may join to it. */
const SEGMENT = /[^][\p{M}\u1160-\u11ff]*/uy;
const FIRST_MARK = 0x300;

/** Soft hyphens, what has no width, marks of direction, and what chooses between two looks. */
const NOTHING =
  /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]/;

const SPACE = /\p{White_Space}/u;

/**
 * A text with NFC, runs of white space as one space, plain quotes and dashes, and without what has no
 * width; each of its characters knows which part of the text it stands for, in units of UTF-16.
 */
export class Folded {
  text = '';
  /** Its characters, as code points. @type {number[]} */
  chars = [];
  /** Where each character begins in `text`. @type {number[]} */
  #offsets = [];
  /** Where what each character stands for begins in the text as it was given. @type {number[]} */
  #starts = [];
  /** … and ends. @type {number[]} */
  #ends = [];

  /** @type {string[]} */
  #parts = [];
  #length = 0;

  /** @param {string} source */
  constructor(source) {
    for (let at = 0; at < source.length; ) {
      // Nothing joins what is below the first mark.
      if (source.charCodeAt(at) < 0x80 && !(source.charCodeAt(at + 1) >= FIRST_MARK)) {
        this.#push(/** @type {string} */ (source[at]), at, at + 1);
        at += 1;
      } else {
        SEGMENT.lastIndex = at;
        const segment = /** @type {RegExpExecArray} */ (SEGMENT.exec(source))[0];
        for (const char of segment.normalize('NFC')) {
          NOTHING.test(char) || this.#push(char, at, at + segment.length);
        }
        at += segment.length;
      }
    }
    this.text = this.#parts.join('');
  }

  /** Its characters from the first to the last that is no space. */
  trimmed() {
    const from = this.text.startsWith(' ') ? 1 : 0;
    return this.chars.slice(from, this.text.length > 1 && this.text.endsWith(' ') ? -1 : undefined);
  }

  /**
   * Every place where `wanted` stands, overlapping ones, too.
   *
   * @param {string} wanted
   * @param {number} max
   */
  occurrences(wanted, max) {
    const found = [];
    for (let from = 0; found.length < max; ) {
      const at = this.text.indexOf(wanted, from);
      if (at < 0) {
        break;
      }
      const index = firstFrom(this.#offsets, at);
      found.push(index);
      from = this.#offsets[index + 1] ?? Infinity;
    }
    return found;
  }

  /**
   * What its characters from `start` to `end` stand for in the text as it was given.
   *
   * @param {number} start
   * @param {number} end
   * @returns {[number, number] | null}
   */
  source(start, end) {
    const [first, last] = [this.#starts[start], this.#ends[end - 1]];
    return first === undefined || last === undefined ? null : [first, last];
  }

  /** Its first character that stands for what is at `at` in the text, or behind it. @param {number} at */
  index(at) {
    return firstFrom(this.#starts, at);
  }

  /** @param {string} char @param {number} start @param {number} end */
  #push(char, start, end) {
    const isPlain = char > ' ' && char < '\x7f' && char !== '`';
    const plain = isPlain ? char : SPACE.test(char) ? ' ' : (PLAIN.get(char) ?? char);
    if (plain === ' ' && this.#parts.at(-1) === ' ') {
      this.#ends[this.#ends.length - 1] = end;
      return;
    }
    for (const one of plain) {
      this.#parts.push(one);
      this.#offsets.push(this.#length);
      this.#length += one.length;
      this.chars.push(/** @type {number} */ (one.codePointAt(0)));
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }
}

/**
 * The index of the first of the rising `numbers` that is not below `least`.
 *
 * @param {number[]} numbers
 * @param {number} least
 */
export function firstFrom(numbers, least) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    /** @type {number} */ (numbers[middle]) < least ? (low = middle + 1) : (high = middle);
  }
  return low;
}
