/**
 * Defines `<rejoinder-funding>`: the bar of a campaign, in a shadow root. Loaded by itself, only where
 * there is one. What the server has put into the element already is only made to be hidden.
 *
 * Runs as a classic script and as a module. The server's HTML is parsed by the request for it, so that no
 * policy of Trusted Types is needed beside the one of the thread.
 */
(() => {
  const name = 'rejoinder-funding';
  if (customElements.get(name)) {
    return;
  }
  const HIDDEN = 'rejoinder:funding-hidden';
  /** @type {HTMLMetaElement | null} */
  const server = document.querySelector('meta[name=rejoinder-server]');
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const own = script?.src || /https?:\S+\/funding\.js/.exec(Error().stack ?? '')?.[0];
  const base = new URL('.', server?.content || own || location.href).href.replace(/(\/static)?\/$/, '');
  /** @type {Promise<CSSStyleSheet> | undefined} */
  let style;

  /** The server's HTML, parsed. @param {string} path @returns {Promise<Document>} */
  const get = (path) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('GET', base + path);
      request.responseType = 'document';
      request.onload = () =>
        request.status === 200 && request.response ? resolve(request.response) : reject(Error(path));
      request.onerror = () => reject(Error(path));
      request.send();
    });

  const sheet = async () => {
    const answer = await fetch(`${base}/static/funding.css`, { credentials: 'omit' });
    return new CSSStyleSheet().replace(await answer.text());
  };

  /** The campaign that the reader wants to see no more of until the window is closed. */
  const hidden = () => {
    try {
      return sessionStorage.getItem(HIDDEN);
    } catch {
      return null;
    }
  };

  /** @param {string} campaign */
  const hide = (campaign) => {
    try {
      sessionStorage.setItem(HIDDEN, campaign);
    } catch {
      // Then it is hidden on this page alone.
    }
    bars.forEach((bar) => bar.look(campaign));
  };

  class RejoinderFunding extends HTMLElement {
    static observedAttributes = ['site', 'page', 'campaign'];

    /** The address of what is shown. */
    #shown = '';

    connectedCallback() {
      bars.add(this);
      queueMicrotask(() => this.isConnected && this.#show());
    }

    disconnectedCallback() {
      bars.delete(this);
    }

    attributeChangedCallback() {
      this.#shown && this.#show();
    }

    /** @param {string | null} [campaign] */
    look(campaign = hidden()) {
      const bar = this.#bar();
      this.hidden = !!campaign && bar?.dataset['campaign'] === campaign;
    }

    /** @returns {HTMLElement | null} */
    #bar() {
      return (this.shadowRoot ?? this).querySelector('[data-rj=funding]');
    }

    #address() {
      const query = new URLSearchParams({ site: this.getAttribute('site') || location.host });
      const campaign = this.getAttribute('campaign');
      if (campaign) {
        query.set('campaign', campaign);
      } else {
        /** @type {HTMLLinkElement | null} */
        const canonical = document.querySelector('link[rel=canonical]');
        const here = canonical?.href || location.href;
        query.set('page', this.getAttribute('page') || here.replace(/#.*/, ''));
      }
      return `/embed/funding?${query}`;
    }

    #show() {
      const address = this.#address();
      if (address === this.#shown) {
        return;
      }
      const isFirst = !this.#shown;
      this.#shown = address;
      if (isFirst && !this.shadowRoot && this.#bar()) {
        this.#equip();
        return;
      }
      this.#load(address);
    }

    /** @param {string} address */
    async #load(address) {
      try {
        style ??= sheet();
        const [shown, shared] = await Promise.all([get(address), style]);
        if (address !== this.#shown) {
          return;
        }
        const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
        root.adoptedStyleSheets = [shared];
        root.replaceChildren(...[...shown.body.childNodes].map((node) => document.importNode(node, true)));
        this.#equip();
      } catch (error) {
        // What the page has put into the element stays: a link.
        style = undefined;
        console.error(error);
      }
    }

    /** A button that hides it. */
    #equip() {
      const bar = this.#bar();
      if (bar && !bar.querySelector('button')) {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'rj-funding-hide';
        button.textContent = '×';
        button.setAttribute('aria-label', bar.dataset['hide'] ?? '');
        button.title = bar.dataset['hide'] ?? '';
        button.onclick = () => hide(bar.dataset['campaign'] ?? '');
        bar.prepend(button);
      }
      this.look();
    }
  }

  /** @type {Set<RejoinderFunding>} */
  const bars = new Set();
  customElements.define(name, RejoinderFunding);
})();
