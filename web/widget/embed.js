/**
 * The loader. Defines `<rejoinder-thread>`: shows the server's thread in a shadow root, then
 * brings it to life.
 *
 * Runs as a classic script and as a module, so `import.meta` must not stand in it: where the
 * server is, is said by the page, or by the address that this script was loaded from.
 */
(() => {
  const name = 'rejoinder-thread';
  if (customElements.get(name)) {
    return;
  }
  /** @type {HTMLMetaElement | null} */
  const server = document.querySelector('meta[name=rejoinder-server]');
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const own = script?.src || /https?:\S+\/embed\.js/.exec(Error().stack ?? '')?.[0];
  const base = new URL('.', server?.content || own || location.href).href.slice(0, -1);
  const { navigation, trustedTypes } = /** @type {any} */ (globalThis);
  const { saveData } = /** @type {any} */ (navigator).connection ?? {};
  /** @type {any} */
  let policy;
  /** @type {Promise<CSSStyleSheet | undefined> | undefined} */
  let style;
  /** @type {typeof style} */
  let rich;
  /** The page's canonical address, and where the page was when it was given. */
  let canonical = '';
  let givenAt = '';

  /** The server's HTML as nodes. @param {string} html */
  const parse = (html) => {
    const template = document.createElement('template');
    policy ??= trustedTypes?.createPolicy('rejoinder', { createHTML: String });
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

  /** A style that threads share; nothing in browsers that share none. @param {string} path */
  const sheet = async (path) =>
    document.adoptedStyleSheets && new CSSStyleSheet().replace(await get(path));

  const linked = () => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = `${base}/static/thread.css`;
    return link;
  };

  /** What the page is: a canonical address that an app has left behind is one no more. */
  const here = () => {
    const { href, pathname } = location;
    /** @type {HTMLLinkElement | null} */
    const link = document.querySelector('link[rel=canonical]');
    if ((link?.href ?? '') !== canonical) {
      canonical = link?.href ?? '';
      givenAt = pathname;
    }
    const isOwn = canonical && (givenAt === pathname || new URL(canonical).pathname === pathname);
    return (isOwn ? canonical : href).replace(/#.*/, '');
  };

  class RejoinderThread extends HTMLElement {
    static observedAttributes = ['site', 'page', 'sort', 'token'];

    /** The address of what is shown, or null. @type {string | null} */
    #shown = null;
    #life = new AbortController();
    /** @type {import('./thread.js').Thread | undefined} */
    #thread;

    /** Once a script has done all its changes, a thread that was only moved is what it was. */
    connectedCallback() {
      queueMicrotask(() => {
        const address = this.isConnected ? this.#address() : null;
        address ? threads.add(this) : threads.delete(this);
        if (address !== this.#shown) {
          this.#shown = address;
          this.#life.abort();
          // What was here is another page's: nothing more may be written there.
          this.shadowRoot?.replaceChildren(document.createElement('slot'));
          address && this.#load(address);
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
      const query = new URLSearchParams({
        site: this.getAttribute('site') || location.host,
        page: this.getAttribute('page') || here(),
      });
      const sort = this.getAttribute('sort');
      if (sort) {
        query.set('sort', sort);
      }
      return `/embed/thread?${query}`;
    }

    #root() {
      const root = this.attachShadow({ mode: 'open' });
      // What the page has put into the element, until the thread is here.
      root.append(document.createElement('slot'));
      // A browser without the Navigation API does not say that an app has gone elsewhere.
      ['focusin', 'input', 'submit'].forEach((type) => root.addEventListener(type, look));
      // The page sees the element and not the field, and would take what is typed for a shortcut.
      for (const type of ['keydown', 'keypress', 'keyup']) {
        root.addEventListener(type, (event) => {
          const { target, key } = /** @type {any} */ (event);
          if (target.matches('input,textarea,select') && !/^(Esc|Tab)/.test(key)) {
            event.stopPropagation();
          }
        });
      }
      return root;
    }

    /** @param {string} address */
    async #load(address) {
      this.#life.abort();
      this.#life = new AbortController();
      const { signal } = this.#life;
      const root = this.shadowRoot ?? this.#root();
      try {
        // What was imported in vain is not asked for again as long as the page lives, so it is fetched first.
        const life = get('/static/thread.js', signal).then(() => import(`${base}/static/thread.js`));
        life.catch(() => {});
        style ??= sheet('/static/thread.css');
        const [html, shared] = await Promise.all([get(sorted(address), signal), style]);
        const sheets = [shared];
        // What not every thread has is styled before it is shown, and for others later.
        if (html.includes(' data-rich')) {
          rich ??= sheet('/static/extras.css');
          sheets.push(await rich);
        }
        if (!signal.aborted) {
          // It goes into the page at once: sound that waits outside of one gives up.
          const shown = parse(html);
          const { activeElement } = root;
          // Before anything of it is fetched.
          saveData && shown.querySelector('section')?.setAttribute('data-hushed', '');
          root.replaceChildren(shown);
          shared
            ? (root.adoptedStyleSheets = /** @type {CSSStyleSheet[]} */ (sheets))
            : root.prepend(linked());
          const { start } = await life;
          if (!signal.aborted) {
            this.#thread = start({
              host: this,
              root,
              base,
              parse,
              signal,
              // An app may give it later.
              get title() {
                return document.title;
              },
            });
            activeElement && this.#thread?.section.focus();
          }
        }
      } catch (error) {
        if (!signal.aborted) {
          style = rich = undefined;
          console.error(error);
          this.#refuse(root, address);
          addEventListener('online', () => this.#load(address), { once: true, signal });
        }
      }
    }

    /** Say that something failed; what stands there stays. @param {ShadowRoot} root @param {string} address */
    #refuse(root, address) {
      const { activeElement } = root;
      const notice = document.createElement('p');
      const again = document.createElement('button');
      notice.lang = 'en';
      notice.setAttribute('role', 'alert');
      again.textContent = 'Try again';
      again.onclick = () => this.#load(address);
      notice.append('The comments could not be loaded. ', again);
      root.querySelector('[role=alert]')?.remove();
      root.prepend(notice);
      activeElement && again.focus();
      import(`${base}/static/trouble.js`).then(
        ({ explain }) => explain(notice, base, address),
        () => {},
      );
    }
  }

  /** @type {Set<RejoinderThread>} */
  const threads = new Set();
  const look = () => threads.forEach((thread) => thread.connectedCallback());
  (navigation ?? globalThis).addEventListener(navigation ? 'currententrychange' : 'popstate', look);
  // Where nobody tells of a new address, whatever an app changes in its page does.
  new MutationObserver(look).observe(navigation ? document.head : document, {
    subtree: true,
    childList: true,
    attributeFilter: ['href'],
  });

  customElements.define(name, RejoinderThread);
})();
