/** The style of what only shows once a thread is used. Threads of a page share it. */

/** @type {Promise<CSSStyleSheet> | undefined} */
let sheet;

/** @param {import('./thread.js').Thread} thread */
export async function dress(thread) {
  const { root, base } = thread.scope;
  // A page of our own has it from the start.
  if (!('host' in root)) {
    return;
  }
  const path = '/static/extras.css';
  if (!root.adoptedStyleSheets) {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: base + path });
    return root.prepend(link);
  }
  try {
    sheet ??= thread.fetch(path).then(async (answer) => new CSSStyleSheet().replace(await answer.text()));
    root.adoptedStyleSheets.push(await sheet);
  } catch {
    // The next thread asks again.
    sheet = undefined;
  }
}
