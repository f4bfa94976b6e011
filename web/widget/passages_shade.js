/** Elements of ours in the publisher's article: in the thread's looks, and out of reach of the page's. */

/** @typedef {import('./passages_article.js').Passages} Passages */

/** What a publisher sets on the thread's element. */
const TOKENS = ['accent', 'text', 'muted', 'line', 'surface', 'radius'].map((name) => `--rj-${name}`);

/** What dresses a thread, where style sheets are linked. */
const STYLES = /\/(thread|extras|passages)\.css/;

/**
 * Put `content` into a shadow root of `host`.
 *
 * @param {Passages} passages
 * @param {HTMLElement} host
 * @param {...HTMLElement} content
 */
export function shade({ thread }, host, ...content) {
  const root = host.attachShadow({ mode: 'open' });
  const threads = /** @type {ShadowRoot} */ (thread.scope.root);
  const box = document.createElement('div');
  box.className = 'rj-thread';
  box.lang = thread.section.lang;
  box.dir = thread.section.dir;
  box.append(...content);
  root.append(box);
  if (threads.adoptedStyleSheets) {
    root.adoptedStyleSheets = [...threads.adoptedStyleSheets];
  } else {
    const holder = 'host' in threads ? threads : document.head;
    const links = [...holder.querySelectorAll('link')].filter(({ href }) => STYLES.test(href));
    root.prepend(...links.map((link) => link.cloneNode()));
  }
  const style = getComputedStyle(thread.scope.host);
  for (const token of TOKENS) {
    host.style.setProperty(token, style.getPropertyValue(token));
  }
  host.style.setProperty('font-family', style.fontFamily);
  host.style.setProperty('--rj-ground', groundOf(thread.scope.host));
  host.setAttribute('scheme', thread.scope.host.getAttribute('scheme') ?? '');
  return root;
}

/** Once it looks as it will: linked styles come later, and only in the page. @param {HTMLElement} host */
export function dressed(host) {
  const links = host.shadowRoot?.querySelectorAll('link') ?? [];
  return Promise.all([...links].map((link) => link.sheet ?? new Promise((done) => (link.onload = link.onerror = done))));
}

/** The colour behind an element. @param {Element | null} element */
function groundOf(element) {
  for (let at = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!/transparent|, 0\)|\/ 0\)/.test(backgroundColor)) {
      return backgroundColor;
    }
  }
  return 'Canvas';
}
