/**
 * Where a passage stands in a text; nowhere rather than in a wrong place. The same as
 * `crates/core/src/passages/anchoring.rs`; both are held to its `vectors.json`.
 */
import { Folded } from './passages_fold.js';
import { Pattern } from './passages_myers.js';

/**
 * How a passage is found again. `start` and `end` are where it stood, in units of UTF-16 of the text.
 *
 * @typedef {object} Selector
 * @property {string} exact
 * @property {string} prefix
 * @property {string} suffix
 * @property {number | null} [start]
 * @property {number | null} [end]
 * @property {number | null} [rival] How good the best other place was for it, of 1,000, where that is known.
 */

/**
 * Where a passage stands, in units of UTF-16 of the text.
 *
 * @typedef {object} Anchor
 * @property {number} start
 * @property {number} end
 * @property {boolean} isChanged Whether its words have changed, and not only how they are typed.
 */

/**
 * A place to judge, in characters of the folded text.
 *
 * @typedef {{start: number, end: number, errors: number, score: number}} Place
 */

const WHOLE = 1_000;
/** What a place must have of the whole. */
const FLOOR = 700;
/** By how much a place must be better than every other. */
const MARGIN = 50;
/** From here on the places of exact words need no look at others. */
const SURE = 950;
/** Quotes shorter than this must stand there exactly. */
const MIN_CHANGED = 12;
/** Quotes shorter than this must have something known beside them. */
const MIN_ALONE = 24;
/** What exact words that stood in one place only must have. */
const FLOOR_ALONE = 600;
/** What may be changed of a quote … */
const MAX_CHANGED = 300;
/** … of one between what stood beside it, to which nothing was like … */
const MAX_CHANGED_BETWEEN = 450;
/** … and of one that was like others, or may have been. */
const MAX_CHANGED_OF_MANY = 150;
/** Nothing else is like a passage whose best other place has less. */
const UNLIKE = 500;
/** What stands beside a passage counts as known from here on. */
const KNOWN = 550;
/** What stands beside changed words, on the side that is better kept … */
const WELL_KNOWN = 900;
/** … and on the other. */
const HARDLY_KNOWN = 300;
/** A place that ends with so much of what stood before the passage is no passage. */
const KNOWN_INSIDE = 800;
/** Shorter than this, what stands beside a passage proves nothing. */
const MIN_CONTEXT = 8;
/** Shorter than this, it was cut by an edge of the text. */
const MIN_WHOLE_CONTEXT = 24;
/** So many places of exact words are looked at … */
const MAX_PLACES = 256;
/** … and of others. */
const MAX_CHANGED_PLACES = 64;

/** @param {number} part @param {number} whole */
const share = (part, whole) => WHOLE - Math.floor((WHOLE * part) / whole);

/**
 * Where the passage of `selector` stands in `text`.
 *
 * First all places with its exact words; if none of them is sure, those that cost at most half of its
 * length in changed characters. Each is scored by its words (50), what stands before (20) and behind
 * (20) and where it stands (2). None is taken below 70 %, where another is as good or was so before
 * ({@link rival}), or where nothing that stood beside the passage is there.
 *
 * @param {Folded} text
 * @param {Selector} selector
 * @returns {Anchor | null}
 */
export function anchor(text, selector) {
  const wanted = new Wanted(text, selector);
  if (!wanted.exact.length) {
    return null;
  }
  const same = wanted.whereItWas();
  const places = same ? [] : wanted.exactPlaces();
  const isSure = places.some((place) => place.score >= SURE);
  if (!same && !isSure && wanted.exact.length >= MIN_CHANGED) {
    places.push(...wanted.changedPlaces());
  }
  const best = same ?? wanted.best(places);
  const source = best && text.source(best.start, best.end);
  return source ? { start: source[0], end: source[1], isChanged: best.errors > 0 } : null;
}

/**
 * How good the best other place is for a passage that stands in `text` from `start` to `end`, of 1,000.
 * It tells later whether a place is the passage, or only what was like it before.
 *
 * @param {Folded} text
 * @param {Selector} selector
 * @param {number} start
 * @param {number} end
 */
export function rival(text, selector, start, end) {
  const wanted = new Wanted(text, selector);
  const own = { start: text.index(start), end: text.index(end), errors: 0, score: WHOLE };
  const changed = wanted.exact.length >= MIN_CHANGED ? wanted.changedPlaces() : [];
  const others = [...wanted.exactPlaces(), ...changed].filter((place) => !isSame(place, own));
  return Math.max(0, ...others.map(({ score }) => score));
}

class Wanted {
  /** @param {Folded} text @param {Selector} selector */
  constructor(text, { exact, prefix, suffix, start, rival }) {
    this.text = text;
    this.exact = new Folded(exact).trimmed();
    this.before = new Context(new Folded(prefix).chars.reverse());
    this.behind = new Context(new Folded(suffix).chars);
    /** Where it is expected, in characters of the folded text. */
    this.hint = typeof start === 'number' ? text.index(start) : undefined;
    this.rival = rival ?? undefined;
    this.maxErrors = Math.floor((this.exact.length * MAX_CHANGED_BETWEEN) / WHOLE);
  }

  /** The place that is expected, where all is as it was. */
  whereItWas() {
    const { exact, hint, text } = this;
    if (hint === undefined || exact.some((char, at) => text.chars[hint + at] !== char)) {
      return undefined;
    }
    const place = this.place(hint, hint + exact.length, 0);
    return place.score === WHOLE && !this.isInWord(place) ? place : undefined;
  }

  exactPlaces() {
    const { exact } = this;
    const words = exact.map((char) => String.fromCodePoint(char)).join('');
    const places = this.text.occurrences(words, MAX_PLACES).map((start) => this.place(start, start + exact.length, 0));
    return places.filter((place) => !this.isInWord(place));
  }

  /** @param {number} start @param {number} end @param {number} errors @returns {Place} */
  place(start, end, errors) {
    const { exact, hint } = this;
    const { length } = this.text.chars;
    const [before, behind] = this.beside(start, end);
    const position = hint === undefined ? undefined : share(Math.min(Math.abs(hint - start), length), length);
    const quote = share(Math.min(errors, exact.length), exact.length);
    let [weights, sum] = [0, 0];
    for (const [weight, part] of /** @type {const} */ ([[50, quote], [20, before], [20, behind], [2, position]])) {
      if (part !== undefined) {
        weights += weight;
        sum += weight * part;
      }
    }
    return { start, end, errors, score: Math.floor(sum / weights) };
  }

  /** How much of what stood before and behind the passage stands beside a place. @param {number} start @param {number} end */
  beside(start, end) {
    const { before, behind } = this;
    const { chars } = this.text;
    return [
      before.likeness(chars.slice(Math.max(0, start - before.reach), start).reverse()),
      behind.likeness(chars.slice(end, end + behind.reach)),
    ];
  }

  /** The best places that do not have the exact words. */
  changedPlaces() {
    const { exact, maxErrors } = this;
    const { chars } = this.text;
    const forward = new Pattern(exact);
    const backward = new Pattern([...exact].reverse());
    const errors = forward.errorsAnywhere(chars);
    return bestApart(errors, maxErrors, Math.floor(exact.length / 2)).flatMap((last) => {
      const end = last + 1;
      const cost = /** @type {number} */ (errors[last]);
      const back = chars.slice(Math.max(0, end - exact.length - cost), end).reverse();
      const length = shortest(backward.errorsFromStart(back), exact.length);
      return this.betweenKnown(forward, end - length, end, cost) ?? [];
    });
  }

  /**
   * The place from `start` to `end`, or, where what stood beside the passage is found close to these,
   * what lies between.
   *
   * @param {Pattern} pattern
   * @param {number} start
   * @param {number} end
   * @param {number} cost
   */
  betweenKnown(pattern, start, end, cost) {
    const { chars } = this.text;
    const reach = cost + MIN_CONTEXT;
    const knownStart = this.before.nearestEnd(chars, start, reach, true) ?? start;
    const knownEnd = this.behind.nearestEnd(chars, end, reach, false) ?? end;
    for (const [from, to] of /** @type {const} */ ([[knownStart, knownEnd], [start, end]])) {
      const errors = from < to ? pattern.errorsFromStart(chars.slice(from, to)).at(-1) : undefined;
      if (errors !== undefined && errors <= this.maxErrors) {
        return this.place(from, to, errors);
      }
    }
    return null;
  }

  /** The one place that can be taken. @param {Place[]} all */
  best(all) {
    const places = all.filter((place) => !this.isInWord(place));
    places.sort((a, b) => b.score - a.score || a.errors - b.errors || a.start - b.start);
    const [best] = places;
    if (!best) {
      return null;
    }
    const others = places.filter((place) => !isSame(place, best)).map(({ score }) => score);
    const isBest = best.score >= Math.max(0, this.rival ?? 0, ...others) + MARGIN;
    const isElsewhere = best.errors > 0 && places.some(({ errors }) => !errors);
    return isBest && !isElsewhere && this.isProven(best) ? best : null;
  }

  /** Whether it is good enough, and what stands beside it tells that it is the one. @param {Place} place */
  isProven(place) {
    const { length } = this.exact;
    const wasAlone = this.rival !== undefined && this.rival < FLOOR_ALONE;
    if (wasAlone && !place.errors && length >= MIN_ALONE) {
      return place.score >= FLOOR_ALONE;
    }
    const proofs = this.proofs(place);
    if (!proofs.length) {
      return place.score >= FLOOR && length >= MIN_CHANGED;
    }
    const [most, least] = [Math.max(...proofs), Math.min(...proofs)];
    const [mostNeeded, leastNeeded] = this.needed(wasAlone, place.errors > 0);
    const isBetween = least >= SURE && (this.rival ?? WHOLE) < UNLIKE;
    const maxChanged = !wasAlone ? MAX_CHANGED_OF_MANY : isBetween ? MAX_CHANGED_BETWEEN : MAX_CHANGED;
    return (
      place.score >= FLOOR &&
      most >= mostNeeded &&
      least >= leastNeeded &&
      place.errors * WHOLE <= length * maxChanged &&
      !(place.errors && this.isNeighbour(place)) &&
      (wasAlone || this.isAtItsEdges(place))
    );
  }

  /** How much of each side that proves something stands beside a place. @param {Place} place */
  proofs({ start, end }) {
    const [before, behind] = this.beside(start, end);
    const sides = /** @type {const} */ ([[this.before, before], [this.behind, behind]]);
    return sides.flatMap(([context, likeness]) => (context.length >= MIN_CONTEXT ? (likeness ?? []) : []));
  }

  /**
   * What the better kept side must have, and the other.
   *
   * @param {boolean} wasAlone
   * @param {boolean} isChanged
   * @returns {[number, number]}
   */
  needed(wasAlone, isChanged) {
    if (!wasAlone) {
      return this.rival === undefined ? [SURE, SURE] : [WELL_KNOWN, WELL_KNOWN];
    }
    if (isChanged) {
      return [WELL_KNOWN, HARDLY_KNOWN];
    }
    return [KNOWN, this.exact.length < MIN_CHANGED ? KNOWN : 0];
  }

  /** Whether a place is as close to the edges of the text as the passage was, if it was. @param {Place} place */
  isAtItsEdges({ start, end }) {
    const isAsClose = (/** @type {Context} */ { length }, /** @type {number} */ room) =>
      length >= MIN_WHOLE_CONTEXT || room <= length + 2;
    return isAsClose(this.before, start) && isAsClose(this.behind, this.text.chars.length - end);
  }

  /** Whether a place starts or ends in a word, where the passage did not. @param {Place} place */
  isInWord({ start, end }) {
    const { chars } = this.text;
    const { exact, before, behind } = this;
    return (
      (isJoined(chars[start], chars[start - 1]) && !isJoined(exact[0], before.nearest[0])) ||
      (isJoined(chars[end - 1], chars[end]) && !isJoined(exact.at(-1), behind.nearest[0]))
    );
  }

  /** Whether a place is what stood before or behind the passage, and not the passage. @param {Place} place */
  isNeighbour({ start, end }) {
    const { chars } = this.text;
    const [before, behind] = this.beside(start, end);
    const upTo = this.before.likeness(chars.slice(Math.max(0, end - this.before.reach), end).reverse());
    const from = this.behind.likeness(chars.slice(start, start + this.behind.reach));
    const isBetter = (/** @type {number | undefined} */ inside, /** @type {number | undefined} */ beside) =>
      inside !== undefined && inside >= KNOWN_INSIDE && inside >= (beside ?? 0);
    return isBetter(upTo, before) || isBetter(from, behind);
  }
}

/** What stands on one side of a passage, read away from it. */
class Context {
  /** @param {number[]} away */
  constructor(away) {
    this.length = away.length;
    this.reach = away.length + Math.floor(away.length / 2);
    this.pattern = new Pattern(away);
    this.nearest = away.slice(0, MIN_CONTEXT);
  }

  /** How much of it `text` begins with; nothing where there is nothing to compare. @param {number[]} text */
  likeness(text) {
    if (this.length) {
      return share(Math.min(...this.pattern.errorsFromStart(text.slice(0, this.reach))), this.length);
    }
    return undefined;
  }

  /**
   * The place nearest to `at` whose side, before it or behind, is what is nearest in here.
   *
   * @param {number[]} text
   * @param {number} at
   * @param {number} reach
   * @param {boolean} isBefore
   */
  nearestEnd(text, at, reach, isBefore) {
    const { nearest } = this;
    const is = (/** @type {number} */ place) =>
      nearest.every((char, n) => text[isBefore ? place - 1 - n : place + n] === char);
    for (let off = 0; nearest.length === MIN_CONTEXT && off <= reach; off += 1) {
      for (const place of [at - off, at + off]) {
        if (place >= 0 && place <= text.length && is(place)) {
          return place;
        }
      }
    }
    return undefined;
  }
}

/**
 * The ends with the fewest errors, none of them closer than `apart` to a better one.
 *
 * @param {number[]} errors
 * @param {number} most
 * @param {number} apart
 */
function bestApart(errors, most, apart) {
  const of = (/** @type {number} */ at) => /** @type {number} */ (errors[at]);
  const isLeast = (/** @type {number} */ at) =>
    of(at) <= most && (errors[at - 1] ?? Infinity) > of(at) && (errors[at + 1] ?? Infinity) >= of(at);
  const ends = [...errors.keys()].filter(isLeast);
  ends.sort((a, b) => of(a) - of(b) || a - b);
  /** @type {number[]} */
  const taken = [];
  for (const end of ends) {
    if (taken.length === MAX_CHANGED_PLACES) {
      break;
    }
    if (taken.every((other) => Math.abs(other - end) >= apart)) {
      taken.push(end);
    }
  }
  return taken;
}

/**
 * The length with the fewest errors; of several the one nearest to `length`, and then the shorter.
 *
 * @param {number[]} errors
 * @param {number} length
 */
function shortest(errors, length) {
  const of = (/** @type {number} */ at) => /** @type {number} */ (errors[at]);
  const far = (/** @type {number} */ at) => Math.abs(at - length);
  return [...errors.keys()].reduce((best, at) => {
    const difference = of(at) - of(best) || far(at) - far(best);
    return difference < 0 ? at : best;
  });
}

/** Whether two characters stand in one word. @param {number | undefined} one @param {number | undefined} other */
function isJoined(one, other) {
  const isOfWord = (/** @type {number | undefined} */ char) =>
    char !== undefined && /[\p{Alphabetic}\p{N}]/u.test(String.fromCodePoint(char));
  return isOfWord(one) && isOfWord(other);
}

/** Whether two places are one, found twice. @param {Place} one @param {Place} other */
function isSame(one, other) {
  const common = Math.max(0, Math.min(one.end, other.end) - Math.max(one.start, other.start));
  return 2 * common > Math.min(one.end - one.start, other.end - other.start);
}
