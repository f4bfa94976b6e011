/** The styles of what only shows once a thread is used. Threads of a page share them. */

/** By where they are. @type {Map<string, Promise<CSSStyleSheet>>} */
const sheets = new Map();

/**
 * Give a thread one of the styles that come later. A page of our own has the first from the start.
 *
 * @param {import('./thread.js').Thread} thread
 * @param {string} [path]
 */
export async function dress(thread, path = '/static/extras.css') {
  const { root, base } = thread.scope;
  const isOurs = !('host' in root);
  if (isOurs || !root.adoptedStyleSheets) {
    const holder = isOurs ? document.head : root;
    const has = holder.querySelector(`link[href*="${path.split('?')[0]}"]`);
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: base + path });
    return has || holder.prepend(link);
  }
  try {
    const sheet =
      sheets.get(path) ??
      thread.fetch(path).then(async (answer) => new CSSStyleSheet().replace(await answer.text()));
    sheets.set(path, sheet);
    root.adoptedStyleSheets.push(await sheet);
  } catch {
    // The next thread asks again.
    sheets.delete(path);
  }
}
