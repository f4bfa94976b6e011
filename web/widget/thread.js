/**
 * A thread that lives: one listener for each kind of event on its root, and what its modules
 * share. What is not needed to read is loaded when it is used.
 */

/**
 * @typedef {object} Scope
 * @property {HTMLElement} host Where events for the page are dispatched.
 * @property {ShadowRoot | HTMLElement} root What holds the thread.
 * @property {string} base The address of the server.
 * @property {(html: string) => DocumentFragment} parse The server's HTML as nodes.
 * @property {AbortSignal} signal Ends it all.
 * @property {string} [title] The page's headline, for a page that is not known yet.
 */

/**
 * @typedef {object} Me
 * @property {{id: string, name: string, kind: 'guest' | 'account'} | null} reader
 * @property {Record<string, number>} votes
 * @property {Record<string, string>} editable Until when.
 * @property {string[]} own
 * @property {string | null} withheld What others do not see of it, as HTML.
 * @property {{url: string, n_held: number, page_action: 'close_page' | 'open_page' | null} | null} desk For moderators.
 * @property {number} n_notices
 * @property {string[]} muted Authors.
 */

/**
 * @typedef {object} Problem
 * @property {string} code
 * @property {number} [status]
 * @property {string} [detail]
 * @property {string} [field]
 * @property {string} [word] The word that is to blame.
 */

/** @typedef {Record<'widget' | 'problems' | 'thread' | 'form' | 'follow', any>} Words The catalogue. */

/** In seconds. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const SPANS = [
  ['year', 31536e3],
  ['month', 2592e3],
  ['week', 6048e2],
  ['day', 864e2],
  ['hour', 3600],
  ['minute', 60],
];

/** @type {[Intl.RelativeTimeFormatUnit, number]} */
const LEAST = ['second', 1];

/** What is loaded when it is used. */
const load = {
  account: () => import('./account.js'),
  bell: () => import('./bell.js'),
  browse: () => import('./browse.js'),
  bubble: () => import('./bubble.js'),
  cards: () => import('./cards.js'),
  compose: () => import('./compose.js'),
  edit: () => import('./own.js'),
  flag: () => import('./flag.js'),
  flag_form: () => import('./flag.js'),
  follow: () => import('./follow.js'),
  live: () => import('./live.js'),
  moderate: () => import('./moderate.js'),
  moderate_form: () => import('./moderate.js'),
  mute: () => import('./mute.js'),
  post: () => import('./post.js'),
  reply: () => import('./reply.js'),
  tools: () => import('./tools.js'),
  unread: () => import('./unread.js'),
  vote: () => import('./vote.js'),
};

/** @param {string} module */
const loaded = (module) => /** @type {Record<string, () => Promise<any>>} */ (load)[module]?.();

/** The controls whose acts each exports, by their `data-rj`. */
const ACTS = {
  account: 'enter leave kept',
  bell: 'bell',
  browse: 'more branch filter back jump link',
  cards: 'play uncard hush unhush',
  post: 'retry revise',
  reply: 'reply cancel rename',
  tools: 'mark preview write',
  edit: 'edit delete keep remove',
  flag: 'flag cancel_flag',
  moderate: 'moderate close_moderate undo set_page',
  mute: 'mute unmute peek',
};

/**
 * Bring the thread in `scope.root` to life.
 *
 * @param {Scope} scope
 */
export function start(scope) {
  return new Thread(scope);
}

/**
 * @param {ParentNode} node
 * @param {string} name The value of `data-rj`.
 * @returns {HTMLElement | null}
 */
export function part(node, name) {
  return node.querySelector(`[data-rj=${name}]`);
}

/** @type {Record<string, any>} */
const memory = {};

/** What the device keeps, and for a browser that keeps nothing, the page. */
export const device = {
  /** @param {string} key @returns {any} */
  get(key) {
    try {
      return memory[key] ?? JSON.parse(localStorage[`rejoinder:${key}`] ?? null);
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {unknown} value Nothing when undefined. */
  set(key, value) {
    memory[key] = value;
    try {
      localStorage[`rejoinder:${key}`] = JSON.stringify(value ?? null);
    } catch {
      // Then it is kept as long as the page is open.
    }
  },
};

/**
 * The list of a thread, or of the replies in an item; a new one for replies that had none.
 *
 * @param {ParentNode} box
 * @param {Element} before What a new one stands before.
 */
export function listOf(box, before) {
  let list = box.querySelector(':scope>ol') ?? part(box, 'list');
  if (!list) {
    list = document.createElement('ol');
    list.className = 'rj-replies';
    before.before(list);
  }
  return list;
}

export class Thread {
  /** @type {Me | undefined} */
  me;
  /** @type {Words | undefined} */
  #words;
  /** @type {typeof import('./compose.js') | undefined} */
  #compose;
  /** What marks the comments that are new; nothing is, before the thread is used. @type {typeof import('./unread.js') | undefined} */
  #unread;
  /** @type {any} */
  #hush;
  /** @type {Intl.RelativeTimeFormat} */
  #ago;
  /** @type {Intl.DateTimeFormat} */
  #whole;

  /** @param {Scope} scope */
  constructor(scope) {
    this.scope = scope;
    const { root, signal } = scope;
    this.section = /** @type {HTMLElement} */ (part(root, 'thread'));
    const { site = '', page = '', language = 'en' } = this.section.dataset;
    this.language = language;
    this.#ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    this.#whole = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
    this.address = { site, page };
    this.name = `${site} ${page}`;
    this.blank = part(root, 'compose')?.cloneNode(true);
    /** @type {(type: string, act: (event: any) => unknown, target?: EventTarget, how?: object) => void} */
    const on = (type, act, target = root, how) =>
      target.addEventListener(type, (event) => this.attempt(() => act(event)), { signal, ...how });
    on('click', (event) => this.#click(event));
    // Whoever uses the thread has read what is here; before that, nothing is kept.
    on('click', () => this.#see(), root, { once: true });
    on('submit', (event) => this.#submit(event));
    on('change', ({ target }) => this.#change(target));
    on('input', ({ target }) => this.#write(target, 'typed'));
    on('focusin', ({ target }) => this.#write(target, 'open'));
    on('keydown', (event) => this.#key(event));
    on('mousedown', (event) => this.#press(event));
    on('hashchange', () => this.#follow(), window);
    on('offline', () => this.attempt(() => Promise.reject({ code: 'offline' })), window);
    const clock = setInterval(() => this.#tellTimes(this.section), 60_000);
    signal.addEventListener('abort', () => clearInterval(clock));
    this.section.tabIndex = -1;
    const { saveData = false } = /** @type {any} */ (navigator).connection ?? {};
    this.section.toggleAttribute('data-hushed', device.get('hushed') ?? saveData);
    this.wake(this.section);
    this.know();
    this.attempt(() => this.#follow());
    this.attempt(() => this.resume());
    this.vouch();
    this.attempt(async () => (await load.live()).follow(this));
    if ('bubble' in this.section.dataset) {
      this.attempt(async () => (await load.bubble()).show(this));
    }
    this.section.dataset['live'] = '';
    this.emit('ready', this.address);
  }

  /** Tell the page. @param {string} type @param {unknown} detail */
  emit(type, detail) {
    const event = { detail, bubbles: true, composed: true };
    this.scope.host.dispatchEvent(new CustomEvent(`rejoinder:${type}`, event));
  }

  /** @param {string | undefined} id @returns {HTMLElement | null} */
  comment(id) {
    return this.section.querySelector(`[data-id="${id}"]`);
  }

  /**
   * Ask the API to do something, as the reader.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   */
  async ask(method, path, body, headers) {
    const answer = await this.fetch(`/api/v1/${path}`, {
      method,
      credentials: 'include',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.status, ...(await answer.json().catch(() => ({}))) };
  }

  /**
   * Ask the server; what goes wrong is thrown as a {@link Problem}.
   *
   * @param {string} path
   * @param {any} [how]
   */
  async fetch(path, how) {
    const { base, signal } = this.scope;
    const answer = await fetch(base + path, { signal, ...how }).catch(() => {
      throw { code: navigator.onLine ? 'unreachable' : 'offline' };
    });
    if (!answer.ok) {
      throw { status: answer.status, ...(await answer.json().catch(() => ({}))) };
    }
    return answer;
  }

  /** The catalogue of the thread's language; while it cannot be had, a mute one. */
  async words() {
    try {
      this.#words ??= await (await this.fetch(`/static/words.${this.language}.json`)).json();
    } catch {}
    return this.#words ?? { widget: {}, problems: {}, thread: {}, form: {}, follow: {} };
  }

  /** Say something of the widget's words in the status line. @param {string} name */
  async say(name) {
    this.tell((await this.words()).widget[name]);
  }

  /** A problem in the reader's words. @param {any} problem */
  async explain({ code, detail, word = '', max = '' }) {
    const { problems } = await this.words();
    const said = problems[code] ?? detail ?? problems['internal'] ?? '';
    return said.replace('{max}', max).replace('{word}', () => word);
  }

  /**
   * A number of things in words.
   *
   * @param {Record<string, string> | undefined} forms
   * @param {number} n
   */
  counted(forms, n) {
    const kind = new Intl.PluralRules(this.language).select(n);
    return (forms?.[kind] ?? '{n}').replace('{n}', n.toLocaleString(this.language));
  }

  /** Count one more in the heading, or one less. @param {1 | -1} step */
  async recount(step) {
    const heading = part(this.section, 'count');
    if (heading) {
      const n = Number(heading.dataset['count']) + step;
      heading.dataset['count'] = `${n}`;
      heading.textContent = this.counted((await this.words()).thread.count, n);
    }
  }

  /** Do something that may be refused, and then say why. @param {() => unknown} act */
  async attempt(act) {
    try {
      await act();
    } catch (/** @type {any} */ problem) {
      if (!this.scope.signal.aborted) {
        problem instanceof Error && console.error(problem);
        this.tell(await this.explain(problem));
      }
    }
  }

  /** Learn what is the reader's own here; without it the thread can still be read. */
  async know() {
    try {
      const path = `/api/v1/me?${new URLSearchParams(this.address)}`;
      this.me = await (await this.fetch(path, { credentials: 'include' })).json();
      this.wake(this.section);
      this.#withhold();
      const email = part(this.section, 'follow_email');
      if (email && this.me?.reader?.kind === 'account') {
        email.hidden = true;
        email.querySelector('input')?.removeAttribute('required');
      }
      for (const form of this.section.querySelectorAll('form[data-rj=compose][data-open]')) {
        (await load.compose()).greet(this, /** @type {HTMLFormElement} */ (form));
      }
      await this.#ring();
    } catch {}
  }

  /** Learn whether the bell has more to tell. */
  async hear() {
    try {
      const path = `/api/v1/me?${new URLSearchParams(this.address)}`;
      const { n_notices: n } = await (await this.fetch(path, { credentials: 'include' })).json();
      this.me && (this.me.n_notices = n);
      await this.#ring();
    } catch {}
  }

  /** Show what others do not see of the reader's own, unless it stands in the list already. */
  #withhold() {
    part(this.section, 'withheld')?.remove();
    const own = this.me?.withheld && part(this.scope.parse(this.me.withheld), 'withheld');
    if (!own) {
      return;
    }
    for (const item of own.querySelectorAll('li')) {
      this.comment(item.dataset['own']) && item.remove();
    }
    if (own.querySelector('li')) {
      part(this.section, 'list')?.before(own);
    }
  }

  async #ring() {
    const bell = part(this.section, 'bell');
    if (bell && (this.me?.reader?.kind === 'account' || !bell.hidden)) {
      await (await load.bell()).ring(this, bell);
    }
  }

  /** Sign in whom the publisher vouches for by a signed token; an empty one vouches for nobody. */
  vouch() {
    const token = this.scope.host.getAttribute('token');
    if (token !== null) {
      this.attempt(async () => (await load.account()).vouch(this, token));
    }
  }

  /** Take up what the reader has left on this device. */
  async resume() {
    if (device.get(`drafts:${this.name}`)) {
      (await load.reply()).restore(this);
    }
    if (device.get(`seen:${this.name}`)) {
      await this.#see();
    }
  }

  /** From now on it is known what is new; each comment is looked at once. */
  async #see() {
    if (!this.#unread) {
      this.#unread = await load.unread();
      this.#unread.mark(this, this.section);
    }
  }

  /** @param {HTMLElement | null | undefined} comment */
  focus(comment) {
    if (comment) {
      comment.tabIndex = -1;
      comment.focus({ preventScroll: true });
    }
  }

  /**
   * Take an item out of its list; whoever was in it goes on beside it.
   *
   * @param {Element | null | undefined} item
   */
  leave(item) {
    const near = item?.previousElementSibling ?? item?.nextElementSibling ?? item?.parentElement?.closest('li');
    const { activeElement } = /** @type {Document} */ (this.section.getRootNode());
    const hasFocus = item?.contains(activeElement);
    item?.remove();
    hasFocus && this.reveal((near && part(near, 'comment')) ?? this.section);
  }

  /** Go on at a comment: a form that has closed may have drawn it out of sight. @param {HTMLElement | null | undefined} comment */
  reveal(comment) {
    this.focus(comment);
    comment?.scrollIntoView({ block: 'nearest' });
  }

  /** Say something in the status line, for a while. @param {string} [text] */
  tell(text = '') {
    clearTimeout(this.#hush);
    this.#hush = text && setTimeout(() => this.tell(), 8000);
    /** @type {HTMLElement} */ (part(this.section, 'status')).textContent = text;
  }

  /** @param {MouseEvent} event */
  async #click(event) {
    const target = /** @type {Element} */ (event.target);
    /** @type {HTMLElement | null} */
    const control = target.closest('a[data-rj],[type=button],a[href^="#comment-"]');
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const name = control.dataset['rj'] ?? 'jump';
    if (name === 'collapse') {
      control.ariaExpanded = `${control.ariaExpanded === 'false'}`;
    }
    for (const [module, names] of Object.entries(ACTS)) {
      if (names.split(' ').includes(name)) {
        event.preventDefault();
        await (await loaded(module))[name](this, control);
      }
    }
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    const form = /** @type {HTMLElement} */ (event.target);
    const kind = form.dataset['rj'] ?? '';
    if (kind in load) {
      event.preventDefault();
      await (await loaded(kind)).submit(this, form, event.submitter);
    }
  }

  /** @param {HTMLSelectElement} field */
  async #change(field) {
    if (field.name === 'sort') {
      await (await load.browse()).sort(this, field.value);
      part(this.section, 'sort')?.focus();
    }
  }

  /** @param {HTMLElement} field @param {'open' | 'typed'} act */
  async #write(field, act) {
    /** @type {HTMLFormElement | null} */
    const form = field.closest('form[data-rj=compose]');
    if (form && (act === 'typed' || !form.noValidate)) {
      // Once it is there, what was typed is kept before anything else can happen.
      this.#compose ??= await load.compose();
      this.#compose[act](this, form);
    }
  }

  /** @param {KeyboardEvent} event */
  async #key(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const isCommand = ctrlKey || metaKey || altKey;
    if (/** @type {Element} */ (target).matches('input,textarea,select')) {
      if (isCommand && key === 'Enter') {
        /** @type {HTMLTextAreaElement} */ (target).form?.requestSubmit();
      }
    } else if (!isCommand && /^[np]$/.test(key)) {
      // What means something here is no shortcut of the page as well.
      event.stopPropagation();
      await (await load.unread()).jump(this, key);
    } else if (!isCommand && this.me?.desk && /^[abrsfz]$/.test(key)) {
      event.stopPropagation();
      await (await load.moderate()).press(this, key);
    }
  }

  /** Replying leaves selected what is to be quoted. @param {MouseEvent} event */
  #press(event) {
    /** @type {Element} */ (event.target).closest('[data-rj=reply]') && event.preventDefault();
  }

  /** Go to the comment that the page's address names; it may stand in another thread. */
  async #follow() {
    const id = /^#comment-(\w{13})$/.exec(location.hash)?.[1];
    id && (await (await load.browse()).go(this, id));
  }

  /** How long ago; what says so already is not touched. @param {ParentNode} node */
  #tellTimes(node) {
    for (const time of node.querySelectorAll('time')) {
      const at = new Date(time.dateTime);
      const seconds = Math.max(1, (Date.now() - +at) / 1000);
      const [unit, length] = SPANS.find(([, length]) => seconds >= length) ?? LEAST;
      time.title ||= this.#whole.format(at);
      // The mark of an edit has words of its own.
      const told = this.#ago.format(-Math.floor(seconds / length), unit);
      if (!time.dataset['rj'] && time.textContent !== told) {
        time.textContent = told;
      }
    }
  }

  /**
   * What the server's HTML cannot say: how long ago, and what is the reader's own.
   *
   * @param {ParentNode} node
   */
  wake(node) {
    const { me } = this;
    this.#unread?.mark(this, node);
    this.#tellTimes(node);
    if (me?.desk) {
      this.attempt(async () => (await load.moderate()).offer(this, node));
    }
    if (me?.muted.length) {
      this.attempt(async () => (await load.mute()).fold(this, node));
    }
    for (const comment of me ? node.querySelectorAll('[data-id]') : []) {
      const id = /** @type {HTMLElement} */ (comment).dataset['id'] ?? '';
      const vote = me?.votes[id] ?? 0;
      part(comment, 'up')?.setAttribute('aria-pressed', `${vote > 0}`);
      part(comment, 'down')?.setAttribute('aria-pressed', `${vote < 0}`);
      part(comment, 'flag')?.toggleAttribute('hidden', !!me?.own.includes(id));
      for (const own of comment.querySelectorAll('[data-rj=own],[data-rj=uncard]')) {
        own.toggleAttribute('hidden', !me?.own.includes(id));
      }
      part(comment, 'edit')?.toggleAttribute('hidden', !me?.editable[id]);
    }
  }
}
