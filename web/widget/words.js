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
  ['second', 1],
];

export class Words {
  /** @type {Catalogue | undefined} */
  #catalogue;

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

  /** A problem in the reader's words. @param {any} problem */
  async explain({ code, detail, word = '', max = '' }) {
    const { problems } = await this.all();
    const text = problems[code] ?? detail ?? problems['internal'] ?? '';
    return text.replace('{max}', max).replace('{word}', () => word);
  }

  /** Say how long ago; what says so already is not touched. @param {ParentNode} node */
  tellTimes(node) {
    for (const time of node.querySelectorAll('time')) {
      const at = new Date(time.dateTime);
      const seconds = Math.max(1, (Date.now() - +at) / 1000);
      const [unit, length] = /** @type {typeof SPANS[0]} */ (SPANS.find(([, length]) => seconds >= length));
      time.title ||= this.whole.format(at);
      // The mark of an edit has words of its own.
      const text = this.ago.format(-Math.floor(seconds / length), unit);
      if (!time.dataset['rj'] && time.textContent !== text) {
        time.textContent = text;
      }
    }
  }
}
