/**
 * The loader. Defines `<rejoinder-thread>`: shows the server's thread in a shadow root, then
 * brings it to life.
 *
 * A classic script, so that one `<script async>` is all a page needs. Its own address says where
 * the server is.
 */
(() => {
  const name = 'rejoinder-thread';
  if (customElements.get(name)) {
    return;
  }
  const script = document.currentScript ?? document.querySelector('script[src*="/embed.js"]');
  const base = new URL('.', /** @type {HTMLScriptElement} */ (script).src).href.slice(0, -1);
  const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('rejoinder', {
    createHTML: String,
  });
  /** @type {Promise<CSSStyleSheet> | undefined} */
  let style;

  /** The server's HTML as nodes. @param {string} html */
  const parse = (html) => {
    const template = document.createElement('template');
    template.innerHTML = policy?.createHTML(html) ?? html;
    return template.content;
  };

  /** `address` in the order that the reader has chosen on this device. @param {string} address */
  const sorted = (address) => {
    try {
      const sort = JSON.parse(localStorage['rejoinder:sort']);
      return address.replace(/(&sort=.*)?$/, `&sort=${sort}`);
    } catch {
      return address;
    }
  };

  /** @param {string} path @param {AbortSignal} [signal] */
  const get = async (path, signal) => {
    const answer = await fetch(base + path, { credentials: 'omit', signal });
    if (!answer.ok) {
      throw Error(`${answer.status}: ${path}`);
    }
    return answer.text();
  };

  class RejoinderThread extends HTMLElement {
    static observedAttributes = ['site', 'page', 'sort', 'token'];

    /** The address of what is shown, or null. @type {string | null} */
    #shown = null;
    #life = new AbortController();
    /** @type {{vouch: () => void} | undefined} */
    #thread;

    /** Once a script has done all its changes, a thread that was only moved is what it was. */
    connectedCallback() {
      queueMicrotask(() => {
        const address = this.isConnected ? this.#address() : null;
        if (address !== this.#shown) {
          this.#shown = address;
          this.#life.abort();
          if (address) {
            this.#load(address);
          }
        }
      });
    }

    disconnectedCallback() {
      this.connectedCallback();
    }

    /** @param {string} name */
    attributeChangedCallback(name) {
      name === 'token' ? this.#thread?.vouch() : this.connectedCallback();
    }

    #address() {
      const canonical = document.querySelector('link[rel=canonical]');
      const page = /** @type {HTMLLinkElement | null} */ (canonical)?.href || location.href;
      const query = new URLSearchParams({
        site: this.getAttribute('site') || location.host,
        page: this.getAttribute('page') || page.split('#', 1)[0] || page,
      });
      const sort = this.getAttribute('sort');
      if (sort) {
        query.set('sort', sort);
      }
      return `/embed/thread?${query}`;
    }

    /** @param {string} address */
    async #load(address) {
      this.#life = new AbortController();
      const { signal } = this.#life;
      let root = this.shadowRoot;
      if (!root) {
        root = this.attachShadow({ mode: 'open' });
        // What the page has put into the element, until the thread is here.
        root.append(document.createElement('slot'));
      }
      try {
        const life = import(`${base}/static/thread.js`);
        life.catch(() => {});
        style ??= get('/static/thread.css').then((css) => new CSSStyleSheet().replace(css));
        const [html, sheet] = await Promise.all([get(sorted(address), signal), style]);
        root.adoptedStyleSheets = [sheet];
        root.replaceChildren(parse(html));
        const { start } = await life;
        if (!signal.aborted) {
          this.#thread = start({ host: this, root, base, parse, signal, title: document.title });
        }
      } catch (error) {
        if (!signal.aborted) {
          style = undefined;
          console.error(error);
          addEventListener('online', () => this.#load(address), { once: true, signal });
        }
      }
    }
  }

  customElements.define(name, RejoinderThread);
})();
