/** Brings the threads to life that already stand in a page of the server's own. */
import { start } from './thread.js';

const base = new URL('..', import.meta.url).href.slice(0, -1);
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('rejoinder', {
  createHTML: String,
});
const { signal } = new AbortController();

/** @param {string} html */
function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = policy?.createHTML(html) ?? html;
  return template.content;
}

for (const { parentElement: root } of document.querySelectorAll('[data-rj=thread]')) {
  if (root) {
    start({ host: root, root, base, parse, signal });
  }
}
