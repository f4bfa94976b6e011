/** Brings the threads to life that already stand in a page of the server's own. */
import { parse } from '../shared/html.js';
import { storage } from '../shared/storage.js';
import { start } from '../widget/thread.js';

const base = new URL('..', import.meta.url).href.slice(0, -1);
const { signal } = new AbortController();
const NAMED = /[?&](after|comment|filter|reply|root|sort)=/;

for (const { parentElement: root } of document.querySelectorAll('[data-rj=thread]')) {
  if (root) {
    const thread = start({ host: root, root, base, parse, signal });
    const sort = storage.get('sort');
    // The page itself comes in the order that its address names.
    if (sort && sort !== thread.section.dataset['sort'] && !NAMED.test(location.search)) {
      thread.attempt(async () => (await import('../widget/browse.js')).sort(thread, sort));
    }
  }
}
