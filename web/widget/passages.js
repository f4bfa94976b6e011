/**
 * Feedback on passages of the article that a thread belongs to. What is here from the start only
 * notices that it is wanted: the rest is loaded where there are passages, or once one is selected.
 */
import { commentOf } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** An article that is no comment. */
const ARTICLE = 'article:not([data-rj])';

/** A comment on a passage. */
const ABOUT = '[data-passage]';

/** How old what the server gives out may be, in ms. */
const STALE = 300;

/** How long a selection stands still before something is offered, in ms. */
const STILL = 250;

/** Threads whose passages are shown, and those in whose articles what is selected is looked at. */
const [shown, watched] = [new WeakSet(), new WeakSet()];

/** Begin, or go on once it is known what the reader may do. @param {Thread} thread */
export function start(thread) {
  const { root, host, signal } = thread.scope;
  if (!('host' in root || document.querySelector(ARTICLE))) {
    // On the thread's own page links lead to where the passage is read.
    return;
  }
  const { passages = '', annotations = '0' } = thread.section.dataset;
  const on = (/** @type {EventTarget} */ target, /** @type {string} */ type, /** @type {(event: any) => unknown} */ act) =>
    target.addEventListener(type, (event) => thread.attempt(() => act(event)), { signal });

  if ((passages || thread.me?.may_ask) && !watched.has(thread)) {
    watched.add(thread);
    /** @type {any} */
    let timer;
    const look = () => {
      clearTimeout(timer);
      timer = setTimeout(() => thread.attempt(() => choose(thread)), STILL);
    };
    on(document, 'selectionchange', look);
    // Something may have been selected before this was here.
    look();
  }
  if (shown.has(thread)) {
    return;
  }
  shown.add(thread);
  thread.renew = () => setTimeout(
    () => thread.attempt(async () => signal.aborted || (await passagesOf(thread)).renew()),
    STALE,
  );
  on(root, 'click', (event) => {
    const link = event.target.closest('a[data-rj=passage]');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      return jump(thread, `${commentOf(link).dataset['id']}`);
    }
  });
  on(host, 'rejoinder:posted', async ({ detail: { comment, isHeld } }) => {
    if (!isHeld && (comment.annotation || Number(thread.section.dataset['annotations']))) {
      (await passagesOf(thread)).add(comment);
    }
  });
  // What is new in the thread may be about a passage.
  const met = new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    const comments = added.flatMap((node) => (node instanceof Element ? [node, ...node.querySelectorAll(ABOUT)] : []));
    const ids = comments.filter((comment) => comment.matches(ABOUT)).map((comment) => comment.getAttribute('data-id'));
    const meet = async () => signal.aborted || (await passagesOf(thread)).meet(ids);
    ids.length && setTimeout(() => thread.attempt(meet), STALE);
  });
  met.observe(root, { subtree: true, childList: true });
  signal.addEventListener('abort', () => met.disconnect());
  if (Number(annotations) || storage.get(`quote:${thread.name}`)) {
    thread.attempt(async () => {
      const passages = await passagesOf(thread);
      (await import('./passages_quote.js')).restore(passages);
    });
  }
}

/** Offer what can be done with what is selected. @param {Thread} thread */
async function choose(thread) {
  const selection = document.getSelection();
  const isSome = selection && !selection.isCollapsed && `${selection}`.trim();
  if (isSome || choosing) {
    choosing ??= await import('./passages_choose.js');
    await choosing.offer(await passagesOf(thread));
  }
}

/** @type {typeof import('./passages_choose.js') | undefined} */
let choosing;

/** To the passage that a comment is about. @param {Thread} thread @param {string} id */
async function jump(thread, id) {
  const passages = await passagesOf(thread);
  (await passages.show(id)) || thread.tell((await passages.words()).lost);
}

/** @param {Thread} thread */
async function passagesOf(thread) {
  const { Passages } = await import('./passages_article.js');
  return Passages.of(thread, async (passages, group) => (await import('./passages_panel.js')).toggle(passages, group));
}
