/**
 * `<rejoinder-player>`: a place that the publisher's page gives the recordings of its thread, in the article
 * for instance. What stands there is what would stand above the thread, and goes on belonging to it.
 */
/** @typedef {import('./thread.js').Thread} Thread */

const name = 'rejoinder-player';

/** The recordings that there are to be placed. @type {Map<Thread, HTMLElement>} */
const offered = new Map();

class RejoinderPlayer extends HTMLElement {
  static observedAttributes = ['page'];

  /** @type {Thread | undefined} */
  #thread;
  /** Ends with the place. */
  #life = new AbortController();

  /** Once a script has done all its changes, a place that was only moved is what it was. */
  connectedCallback() {
    queueMicrotask(() => {
      const thread = this.isConnected ? [...offered.keys()].find((own) => this.#fits(own)) : undefined;
      if (thread !== this.#thread) {
        this.#leave();
        thread && this.#take(thread);
      }
    });
  }

  disconnectedCallback() {
    this.connectedCallback();
  }

  attributeChangedCallback() {
    this.connectedCallback();
  }

  /** Whether it is the place of this thread's recordings: they are here, or nowhere else yet. @param {Thread} thread */
  #fits(thread) {
    const page = this.getAttribute('page');
    const isOurs = !page || page === thread.address.page;
    return isOurs && (thread === this.#thread || recordingsOf(thread)?.isConnected === true);
  }

  /** @param {Thread} thread */
  #take(thread) {
    const box = /** @type {HTMLElement} */ (offered.get(thread));
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const { lang, dir } = thread.section;
    const holder = Object.assign(document.createElement('div'), { className: 'rj-thread', lang, dir });
    const left = document.createElement('div');
    left.dataset['rj'] = 'recordings_place';
    box.replaceWith(left);
    holder.append(box);
    root.replaceChildren(...styles(thread, root), holder);
    this.#thread = thread;
    this.#life = new AbortController();
    const { signal } = this.#life;
    thread.hear(root, signal);
    // The page sees the element and not the field, and would take what is typed for a shortcut.
    root.addEventListener('keydown', (event) => {
      const { target, key } = /** @type {any} */ (event);
      target.matches('input,textarea,select') && !/^(Esc|Tab)/.test(key) && event.stopPropagation();
    }, { signal });
    thread.scope.signal.addEventListener('abort', () => this.connectedCallback(), { signal });
  }

  /** Give back what is here, while there is a thread to give it to. */
  #leave() {
    const thread = this.#thread;
    const box = thread && offered.get(thread);
    this.#life.abort();
    this.#thread = undefined;
    if (thread && box) {
      thread.section.querySelector('[data-rj=recordings_place]')?.replaceWith(box);
    }
    this.shadowRoot?.replaceChildren();
  }
}

/** What of a thread's recordings stands with it. @param {Thread} thread */
const recordingsOf = (thread) => thread.section.querySelector('[data-rj=recordings]');

/** The thread's styles, for another root. @param {Thread} thread @param {ShadowRoot} root */
function styles({ scope }, root) {
  const from = /** @type {ShadowRoot} */ (scope.root);
  if (from.adoptedStyleSheets) {
    root.adoptedStyleSheets = [...from.adoptedStyleSheets];
  }
  return [...from.querySelectorAll('link[rel=stylesheet]')].map((link) => link.cloneNode());
}

/** Let the page place the recordings of a thread. @param {Thread} thread @param {HTMLElement} box */
export function offer(thread, box) {
  // A page of our own has no other place for them.
  if (!('host' in thread.scope.root)) {
    return;
  }
  offered.set(thread, box);
  thread.scope.signal.addEventListener('abort', () => offered.delete(thread));
  customElements.get(name) || customElements.define(name, RejoinderPlayer);
  for (const place of document.querySelectorAll(name)) {
    place instanceof RejoinderPlayer && place.connectedCallback();
  }
}
