/** Brings the threads to life that already stand in a page of the server's own. */
import { device, start } from '../widget/thread.js';

const base = new URL('..', import.meta.url).href.slice(0, -1);
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('rejoinder', {
  createHTML: String,
});
const { signal } = new AbortController();
const NAMED = /[?&](after|comment|filter|reply|root|sort)=/;

/** @param {string} html */
function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = policy?.createHTML(html) ?? html;
  return template.content;
}

for (const { parentElement: root } of document.querySelectorAll('[data-rj=thread]')) {
  if (root) {
    const thread = start({ host: root, root, base, parse, signal });
    const sort = device.get('sort');
    // The page itself comes in the order that its address names.
    if (sort && sort !== thread.section.dataset['sort'] && !NAMED.test(location.search)) {
      thread.attempt(async () => (await import('../widget/browse.js')).sort(thread, sort));
    }
  }
}
