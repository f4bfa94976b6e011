/** What the scripts say of passages: a catalogue of its own, which few threads need. */

/** By the language. @type {Map<string, Promise<any>>} */
const catalogues = new Map();

/** The catalogue in the thread's language. @param {import('./thread.js').Thread} thread @returns {Promise<any>} */
export function wordsOf({ words: { language, fetch } }) {
  const known = catalogues.get(language);
  const asked = known ?? fetch(`/static/words.${language}.annotate.json`).then((answer) => answer.json());
  catalogues.set(language, asked);
  // Whoever needs it next asks again.
  asked.catch(() => catalogues.delete(language));
  return asked;
}
