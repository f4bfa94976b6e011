import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { anchor, rival } from '../widget/passages_anchor.js';
import { Folded } from '../widget/passages_fold.js';
import { Pattern } from '../widget/passages_myers.js';
import { scalarsTo, selectorOf, unitsTo } from '../widget/passages_text.js';
import { ARTICLES, EDITS, Edited, dice } from './edits.js';

/**
 * What `crates/core/tests/passages/vectors.rs` reads as well, so that both anchorings are one.
 *
 * @typedef {object} Vector
 * @property {string} name
 * @property {string} text
 * @property {{exact: string, prefix: string, suffix: string}} quote
 * @property {{start: number, end: number} | null} position
 * @property {number | null} rival
 * @property {{start: number, end: number, state: string} | null} expected
 */

const VECTORS = new URL('../../crates/core/src/passages/vectors.json', import.meta.url);

/** @param {Vector} vector */
function found({ text, quote, position, rival }) {
  const start = position && unitsTo(text, position.start);
  const place = anchor(new Folded(text), { ...quote, start, rival });
  return place && {
    start: scalarsTo(text, place.start),
    end: scalarsTo(text, place.end),
    state: place.isChanged ? 'changed' : 'anchored',
  };
}

test('every vector of the server is found where the server finds it', async () => {
  /** @type {{written: Vector[], generated: Vector[]}} */
  const { written, generated } = JSON.parse(await readFile(VECTORS, 'utf8'));

  for (const vector of [...written, ...generated]) {
    assert.deepEqual(found(vector), vector.expected, vector.name);
  }

  assert.ok(written.length >= 60 && generated.length >= 300);
});

/** How many articles are edited. */
const N_CASES = 4_000;

test('over thousands of edits no passage is found in a wrong place', () => {
  let [nWhole, nKept] = [0, 0];
  const wrong = [];
  for (let seed = 0; seed < N_CASES; seed += 1) {
    const { edited, selector, names } = caseOf(seed);
    const truth = edited.truth();
    const { text } = edited;

    const place = anchor(new Folded(text), selector);

    if (place && !isRight(text, place, truth, selector)) {
      wrong.push({ seed, names, found: text.slice(place.start, place.end), exact: selector.exact });
    }
    nWhole += truth ? 1 : 0;
    nKept += truth && place ? 1 : 0;
  }

  assert.deepEqual(wrong, []);
  assert.ok(nKept > 0.6 * nWhole, `${nKept} of ${nWhole} kept`);
});

/** An article after one to three edits, and how the passage in it is looked for. @param {number} seed */
function caseOf(seed) {
  for (let nth = seed; ; nth += N_CASES) {
    const chance = dice(nth);
    const text = chance.of(ARTICLES);
    const [start, end] = wordsOf(Array.from(text), chance);
    const edited = new Edited(text, [start, end]);
    const [from, to] = [unitsTo(text, start), unitsTo(text, end)];
    const selector = selectorOf(text, from, to);
    const folded = new Folded(text);
    const known = { ...selector, start: from, rival: rival(folded, selector, from, to) };
    const names = Array.from({ length: 1 + chance.below(3) }, () => chance.of(Object.keys(EDITS)));
    for (const name of names) {
      EDITS[name]?.(edited, chance);
    }
    if (edited.isTogether()) {
      return { edited, selector: known, names };
    }
  }
}

/** Some whole words, as readers select. @param {string[]} chars @param {import('./edits.js').Dice} chance @returns {[number, number]} */
function wordsOf(chars, chance) {
  const isInWord = (/** @type {number} */ at) => /[\p{Alphabetic}\p{N}]{2}/u.test(chars.slice(at - 1, at + 1).join(''));
  let start = chance.below(chars.length - 8);
  let end = Math.min(chars.length, start + 4 + chance.below(90));
  while (start > 0 && isInWord(start)) {
    start -= 1;
  }
  while (end < chars.length && isInWord(end)) {
    end += 1;
  }
  return [start, end];
}

/**
 * Whether most of what is found is the passage; or nothing that is known of the passage tells the place
 * from it.
 *
 * @param {string} text
 * @param {{start: number, end: number}} place
 * @param {[number, number] | null} truth
 * @param {import('../widget/passages_anchor.js').Selector} selector
 */
function isRight(text, place, truth, selector) {
  const own = selectorOf(text, place.start, place.end);
  const [start, end] = truth ?? [0, 0];
  const common = Math.min(end, own.end) - Math.max(start, own.start);
  return 2 * common >= own.end - own.start || closeWords(own) === closeWords(selector);
}

/** A passage with what stands close to it. @param {{exact: string, prefix: string, suffix: string}} selector */
function closeWords({ exact, prefix, suffix }) {
  const typed = (/** @type {string} */ text) => new Folded(text).text.replaceAll(' ', '');
  return `${typed(prefix).slice(-16)}\n${typed(exact)}\n${typed(suffix).slice(0, 16)}`;
}

test('the errors are those of the table that everybody knows', () => {
  const letters = Array.from('abc ä漢😀');
  for (let seed = 0; seed < 300; seed += 1) {
    const chance = dice(seed);
    const some = (/** @type {number} */ most) =>
      Array.from({ length: chance.below(most) }, () => Number(chance.of(letters).codePointAt(0)));
    const [pattern, text] = [some(140), some(200)];

    const ready = new Pattern(pattern);

    assert.deepEqual(ready.errorsFromStart(text), byTable(pattern, text, 1));
    assert.deepEqual(ready.errorsAnywhere(text), byTable(pattern, text, 0).slice(1));
  }
});

/** @param {number[]} pattern @param {number[]} text @param {number} step */
function byTable(pattern, text, step) {
  const column = Array.from({ length: pattern.length + 1 }, (_, row) => row);
  const of = (/** @type {number} */ row) => Number(column[row]);
  const errors = [of(pattern.length)];
  text.forEach((char, at) => {
    let above = of(0);
    column[0] = (at + 1) * step;
    pattern.forEach((own, row) => {
      const changed = above + (own === char ? 0 : 1);
      above = of(row + 1);
      column[row + 1] = Math.min(changed, of(row + 1) + 1, of(row) + 1);
    });
    errors.push(of(pattern.length));
  });
  return errors;
}

for (const [source, folded] of [
  ['a \u00a0\n\tb', 'a b'],
  ['„Ja“ – ‚nein‘ …', '"Ja" - \'nein\' ...'],
  ['Cafe\u0301', 'Café'],
  ['Donau\u00addampf\u200ber', 'Donaudampfer'],
  ['\u1112\u1161\u11ab', '한'],
  ['a \u200b b', 'a b'],
  ['❤\ufe0f', '❤'],
  ['', ''],
]) {
  test(`what typing again changes is the same: ${JSON.stringify(source)}`, () => {
    assert.equal(new Folded(`${source}`).text, folded);
  });
}

test('each folded character knows what it stands for', () => {
  const folded = new Folded('e\u0301  \u00ad…😀x');

  assert.equal(folded.text, 'é ...😀x');
  assert.deepEqual(
    folded.chars.map((_, at) => folded.source(at, at + 1)),
    [[0, 2], [2, 4], [5, 6], [5, 6], [5, 6], [6, 8], [8, 9]],
  );
});

test('a selector takes what stands beside the passage, in scalars', () => {
  const text = `${'😀'.repeat(40)}The end.${'b'.repeat(40)}`;

  const selector = selectorOf(text, 80, 88);

  assert.deepEqual(selector, {
    exact: 'The end.',
    prefix: '😀'.repeat(32),
    suffix: 'b'.repeat(32),
    start: 40,
    end: 48,
  });
});
