/** Articles that are edited by chance, with what became of each of their characters. */

/** A character, and where it stood before all edits. @typedef {{char: string, origin: number | null}} Letter */

/** Chance that is the same each time: mulberry32. @param {number} seed */
export function dice(seed) {
  let state = seed + 1;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (/** @type {number} */ bound) => Math.floor(next() * bound);
  return {
    below,
    /** @template T @param {T[]} all */
    of: (all) => /** @type {T} */ (all[below(all.length)]),
  };
}

/** @typedef {ReturnType<typeof dice>} Dice */

/** What is put in. */
const STRANGERS = [
  'It rained all night, and the quay was wet.',
  'Nobody from the council wished to say more.',
  'Das Amt will sich später dazu äußern.',
  'وقال المتحدث إن القرار نهائي.',
  'A correction was made to this article.',
];

/** Typed again on another keyboard. @type {[RegExp, string][]} */
const TYPED = [
  [/[“”„«»]/gu, '"'],
  [/[‘’‚]/gu, "'"],
  [/[–—]/gu, '-'],
  [/…/gu, '...'],
  [/ /gu, '\u00a0'],
];

/** An article, and what of it stood where before it was edited. */
export class Edited {
  /** @param {string} text @param {[number, number]} quoted In characters. */
  constructor(text, quoted) {
    /** @type {Letter[]} */
    this.letters = Array.from(text, (char, origin) => ({ char, origin }));
    this.before = [...this.letters];
    this.quoted = quoted;
  }

  get text() {
    return this.letters.map(({ char }) => char).join('');
  }

  /** Where the passage is now, in characters; null where nothing of it is left. @returns {[number, number] | null} */
  truth() {
    const [from, to] = this.quoted;
    const isOf = (/** @type {Letter} */ { origin }) => origin !== null && origin >= from && origin < to;
    const start = this.letters.findIndex(isOf);
    return start < 0 ? null : [start, this.letters.findLastIndex(isOf) + 1];
  }

  /** Whether nothing else of the article has come into the passage. */
  isTogether() {
    const [start, end] = this.truth() ?? [0, 0];
    const [from, to] = this.quoted;
    return this.letters.slice(start, end).every(({ origin }) => origin === null || (origin >= from && origin < to));
  }

  /** @param {number} at @param {string} text */
  put(at, text) {
    this.letters.splice(at, 0, ...Array.from(text, (char) => ({ char, origin: null })));
  }

  /** Where the pieces start and end that `parts` ends. @param {RegExp} parts @returns {[number, number][]} */
  pieces(parts) {
    /** @type {[number, number][]} */
    const pieces = [];
    let start = 0;
    this.letters.forEach(({ char }, at) => {
      if (parts.test(char)) {
        at > start && pieces.push([start, at + 1]);
        start = at + 1;
      }
    });
    start < this.letters.length && pieces.push([start, this.letters.length]);
    return pieces;
  }
}

const SENTENCE = /[.!?。؟\n]/u;
const PARAGRAPH = /\n/;

/** What is done to articles, each by what it is called. @type {Record<string, (edited: Edited, chance: Dice) => void>} */
export const EDITS = {
  'insert before': (edited, chance) => edited.put((edited.truth() ?? [0])[0], `${chance.of(STRANGERS)} `),
  'insert behind': (edited, chance) => edited.put((edited.truth() ?? [0, 0])[1], ` ${chance.of(STRANGERS)}`),
  'insert somewhere': (edited, chance) => edited.put(chance.of(edited.pieces(SENTENCE))[0], `${chance.of(STRANGERS)} `),
  'reword inside': (edited, chance) => {
    const [start, end] = edited.truth() ?? [0, 0];
    if (end - start > 3) {
      const at = start + 1 + chance.below(end - start - 2);
      edited.letters.splice(at, 1 + chance.below(Math.min(4, end - at - 1)), { char: 'x', origin: null });
    }
  },
  move: (edited, chance) => {
    const [start, end] = chance.of(edited.pieces(PARAGRAPH));
    const moved = edited.letters.splice(start, end - start);
    const places = edited.pieces(PARAGRAPH);
    edited.letters.splice(places.length ? chance.of(places)[0] : 0, 0, ...moved);
  },
  delete: (edited) => {
    const [start, end] = edited.truth() ?? [0, 0];
    edited.letters.splice(start, end - start);
  },
  'delete beside': (edited, chance) => {
    const [start] = edited.truth() ?? [0];
    const length = Math.min(start, 1 + chance.below(40));
    edited.letters.splice(start - length, length);
  },
  restore: (edited) => void (edited.letters = [...edited.before]),
  reorder: (edited, chance) => {
    const pieces = edited.pieces(SENTENCE).map(([start, end]) => edited.letters.slice(start, end));
    const [piece = []] = pieces.splice(chance.below(pieces.length), 1);
    pieces.splice(chance.below(pieces.length + 1), 0, piece);
    edited.letters = pieces.flat();
  },
  retype: (edited) => {
    for (const [from, to] of TYPED) {
      edited.letters = edited.letters.flatMap(({ char, origin }) =>
        Array.from(char.replace(from, to), (char) => ({ char, origin })),
      );
    }
  },
};

/** What is edited: prose, a refrain, a table, and other ways to write. */
export const ARTICLES = [
  `The old timetable comes back on Monday, with one crossing more in the evening. Passengers asked for it in the spring, and the harbour office has found a second crew.
Whoever holds a season ticket need do nothing. A single crossing stays at its price, as the council decided in March. “We heard you,” said the harbour master, “and it took us long enough – nobody denies that.”
The council votes on the second boat in the autumn. Whoever wants to be heard can write to it until then, and the letters will be read aloud.
Two members abstained. The mayor did not say how she will vote; her party holds the majority…`,
  `O bring us the boat, the boat in the rain.
The river is high, and the mill stands still.
O bring us the boat, the boat in the rain.
The miller has gone to the house on the hill.
O bring us the boat, the boat in the rain.
The lamps are all out, and the night is long.
O bring us the boat, the boat in the rain.
And that is the end of the ferryman’s song.`,
  `„Wir haben verstanden“, sagte die Hafenmeisterin. Die Überfahrt kostet weiterhin zwei Kronen fünfzig; wer ein Abonnement hat, zahlt nichts.
Der Rat stimmt im Herbst über das zweite Schiff ab. Bis dahin kann jede und jeder schreiben – auch Kinder, auch Gäste.
Die Donaudampfschifffahrtsgesellschaft äußerte sich nicht. Über die Gründe wird gerätselt: Geld, Personal, oder beides?`,
  `العبارة تعود إلى الرصيف الشمالي يوم الاثنين القادم مع رحلة إضافية في المساء. طلب الركاب ذلك في الربيع.
من يحمل تذكرة موسمية لا يحتاج إلى شيء. سعر الرحلة الواحدة يبقى كما هو؟ نعم، كما قرر المجلس في مارس.
يصوت المجلس على القارب الثاني في الخريف، ومن يريد أن يسمع صوته يكتب إليه.`,
  `渡し船は月曜日に北の埠頭へ戻ります。夕方の便が一本増えます。春に乗客が求めていました。
定期券を持つ人は何もしなくてよいです。片道の値段は変わりません。議会が三月に決めたとおりです。
秋に二隻目の船について投票があります。意見のある人は手紙を書いてください。🚢⚓️👩‍👩‍👧‍👦`,
  `Single crossing, adults
Single crossing, children
Return crossing, adults
Return crossing, children
Season ticket, adults
Season ticket, children
Bicycles are carried free of charge. Dogs are carried free of charge. Prams are carried free of charge.`,
];
