/** What a thread says by itself: in its language, and the times as long ago. */

/** @typedef {Record<'widget' | 'problems' | 'thread' | 'form' | 'follow', any>} Catalogue */

/** In seconds. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const SPANS = [
  ['year', 31536e3],
  ['month', 2592e3],
  ['week', 6048e2],
  ['day', 864e2],
  ['hour', 3600],
  ['minute', 60],
];

/** @type {[Intl.RelativeTimeFormatUnit, number]} */
const LEAST = ['second', 1];

export class Words {
  /** @type {Catalogue | undefined} */
  #catalogue;
  /** @type {Promise<any> | undefined} */
  #annotate;

  /** @param {string} language @param {(path: string) => Promise<Response>} fetch */
  constructor(language, fetch) {
    this.language = language;
    this.fetch = fetch;
    // With the digits that the server writes.
    this.locale = `${language}-u-nu-latn`;
    this.ago = new Intl.RelativeTimeFormat(this.locale, { numeric: 'auto' });
    this.whole = new Intl.DateTimeFormat(this.locale, { dateStyle: 'long', timeStyle: 'short' });
  }

  /** The catalogue of the language; while it cannot be had, a mute one. */
  async all() {
    try {
      this.#catalogue ??= await (await this.fetch(`/static/words.${this.language}.json`)).json();
    } catch {}
    return this.#catalogue ?? { widget: {}, problems: {}, thread: {}, form: {}, follow: {} };
  }

  /** What the scripts say of passages. @returns {Promise<any>} */
  annotate() {
    this.#annotate ??= this.fetch(`/static/words.${this.language}.annotate.json`).then((answer) => answer.json());
    this.#annotate.catch(() => (this.#annotate = undefined));
    return this.#annotate;
  }

  /** A problem in the reader's words. @param {any} problem */
  async explain({ code, detail, word = '', max = '' }) {
    const { problems } = await this.all();
    const text = problems[code] ?? detail ?? problems['internal'] ?? '';
    return text.replace('{max}', max).replace('{word}', () => word);
  }

  /**
   * A number of things in words.
   *
   * @param {Record<string, string> | undefined} forms
   * @param {number} n
   */
  counted(forms, n) {
    const kind = new Intl.PluralRules(this.language).select(n);
    return (forms?.[kind] ?? forms?.other ?? '{n}').replace('{n}', n.toLocaleString(this.locale));
  }

  /** Say how long ago; what says so already is not touched. @param {ParentNode} node */
  tellTimes(node) {
    for (const time of node.querySelectorAll('time')) {
      const at = new Date(time.dateTime);
      const seconds = Math.max(1, (Date.now() - +at) / 1000);
      const [unit, length] = SPANS.find(([, length]) => seconds >= length) ?? LEAST;
      time.title ||= this.whole.format(at);
      // The mark of an edit has words of its own.
      const text = this.ago.format(-Math.floor(seconds / length), unit);
      if (!time.dataset['rj'] && time.textContent !== text) {
        time.textContent = text;
      }
    }
  }
}
