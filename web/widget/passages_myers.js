/**
 * How many characters must be changed, left out or put in to make one text of another: the
 * bit-parallel method of Myers, in blocks as Hyyrö gave it. Characters are code points.
 */

/** In a block: as many as JavaScript computes with at once. */
const BITS = 32;

/** A text to look for, made ready: where in it each of its characters stands. */
export class Pattern {
  /** One bit for each place of the pattern, by character. @type {Map<number, Int32Array>} */
  #rows = new Map();

  /** @param {number[]} chars */
  constructor(chars) {
    this.length = chars.length;
    this.none = new Int32Array(Math.ceil(chars.length / BITS));
    chars.forEach((char, at) => {
      const row = this.#rows.get(char) ?? new Int32Array(this.none.length);
      row[at >> 5] = /** @type {number} */ (row[at >> 5]) | (1 << (at & 31));
      this.#rows.set(char, row);
    });
  }

  /**
   * The errors of the pattern against what ends after each character of `text` and begins where it is
   * best.
   *
   * @param {number[]} text
   */
  errorsAnywhere(text) {
    return this.#errors(text, 0);
  }

  /** The errors of the pattern against the first 0, 1, 2 … characters of `text`. @param {number[]} text */
  errorsFromStart(text) {
    return [this.length, ...this.#errors(text, 1)];
  }

  /** @param {number[]} text @param {number} step What passing over a character before the pattern costs. */
  #errors(text, step) {
    if (!this.length) {
      return text.map((_, at) => (at + 1) * step);
    }
    // The places whose errors are one more, or one less, than those of the place before.
    const more = new Int32Array(this.none.length).fill(-1);
    const less = new Int32Array(this.none.length);
    const lastBit = (this.length - 1) & 31;
    let errors = this.length;
    return text.map((char) => {
      const row = this.#rows.get(char) ?? this.none;
      let carried = step;
      for (let at = 0; at < more.length; at += 1) {
        carried = advance(more, less, at, /** @type {number} */ (row[at]), carried, at + 1 < more.length ? 31 : lastBit);
      }
      errors += carried;
      return errors;
    });
  }
}

/**
 * One column of one block.
 *
 * @param {Int32Array} more
 * @param {Int32Array} less
 * @param {number} at Which block.
 * @param {number} row Where the character stands in it.
 * @param {number} carried
 * @param {number} bit
 * @returns {number} The difference at `bit` to the column before.
 */
function advance(more, less, at, row, carried, bit) {
  const up = /** @type {number} */ (more[at]);
  const down = /** @type {number} */ (less[at]);
  const near = row | down;
  const equal = row | (carried < 0 ? 1 : 0);
  const across = ((((equal & up) + up) | 0) ^ up) | equal;
  const rises = down | ~(across | up);
  const falls = up & across;
  const out = ((rises >>> bit) & 1) - ((falls >>> bit) & 1);
  const rising = (rises << 1) | (carried > 0 ? 1 : 0);
  const falling = (falls << 1) | (carried < 0 ? 1 : 0);
  more[at] = falling | ~(near | rising);
  less[at] = rising & near;
  return out;
}
