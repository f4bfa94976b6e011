/**
 * A thread that lives: what its modules share. What is not needed to read is loaded when it is used,
 * or once the thread can be read.
 */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';
import { hear, listen, visit } from './listening.js';
import { reach } from './load.js';
import { Words } from './words.js';

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
 * @property {{id: string, name: string, role: string, kind: 'guest' | 'account'} | null} reader
 * @property {Record<string, number>} votes
 * @property {Record<string, Record<string, string | null>>} answers About sources, by the comment.
 * @property {Record<string, string[]>} reactions
 * @property {Record<string, string>} editable Until when.
 * @property {string[]} own
 * @property {string | null} withheld What others do not see of it, as HTML.
 * @property {{url: string, n_held: number, page_action: 'close_page' | 'open_page' | null} | null} desk For moderators.
 * @property {number} n_notices
 * @property {string[]} muted Authors.
 * @property {boolean} may_ask Whether the reader may ask questions of passages.
 */

/**
 * @typedef {object} Problem
 * @property {string} code
 * @property {number} [status]
 * @property {string} [detail]
 * @property {string} [field]
 * @property {string} [word] The word that is to blame.
 */

/**
 * Bring the thread in `scope.root` to life.
 *
 * @param {Scope} scope
 */
export function start(scope) {
  return new Thread(scope);
}

export class Thread {
  /** @type {Me | undefined} */
  me;
  /** What marks what is the reader's own, once that is known. @type {typeof import('./mine.js') | undefined} */
  #mine;
  /** What marks the comments that are new; nothing is, before the thread is used. @type {typeof import('./unread.js') | undefined} */
  #unread;
  /** What comes once the thread can be read. @type {typeof import('./later.js') | undefined} */
  later;
  /** What the reader used last. @type {Element | undefined} */
  at;
  /** Shows anew what is said and asked of passages, once that is shown. @type {(() => unknown) | undefined} */
  renew;
  /** @type {any} */
  #silence;

  /** @param {Scope} scope */
  constructor(scope) {
    this.scope = scope;
    const { root } = scope;
    this.section = /** @type {HTMLElement} */ (part(root, 'thread'));
    const { site = '', page = '', language = 'en' } = this.section.dataset;
    this.words = new Words(language, (path) => this.fetch(path));
    this.address = { site, page };
    this.name = `${site} ${page}`;
    this.blank = part(root, 'compose')?.cloneNode(true);
    listen(this);
    this.section.tabIndex = -1;
    const { saveData = false } = /** @type {any} */ (navigator).connection ?? {};
    this.section.toggleAttribute('data-hushed', storage.get('hushed') ?? saveData);
    this.wake(this.section);
    this.know();
    this.attempt(() => visit(this));
    this.attempt(() => this.resume());
    this.vouch();
    this.attempt(async () => (this.later = await import('./later.js')).start(this));
    this.section.dataset['live'] = '';
    this.emit('ready', this.address);
  }

  /** Do what controls in another root ask for. @param {EventTarget} root @param {AbortSignal} signal */
  hear(root, signal) {
    hear(this, root, signal);
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
    return reach(base + path, {
      signal,
      // Where the answer is a page for people, a refusal comes as a problem all the same.
      headers: { accept: 'application/problem+json,*/*' },
      ...how,
    });
  }

  /** Say something of the widget's words in the status line. @param {string} name */
  async say(name) {
    this.tell((await this.words.all()).widget[name]);
  }

  /** Do something that may be refused, and then say why. @param {() => unknown} act */
  async attempt(act) {
    try {
      await act();
    } catch (/** @type {any} */ problem) {
      if (!this.scope.signal.aborted) {
        problem instanceof Error && console.error(problem);
        this.tell(await this.words.explain(problem));
      }
    }
  }

  /** Learn what is the reader's own here; without it the thread can still be read. */
  async know() {
    try {
      this.#mine ??= await import('./mine.js');
      await this.#mine.learn(this);
    } catch {}
  }

  /** Sign in whom the publisher vouches for by a signed token; an empty one vouches for nobody. */
  vouch() {
    const token = this.scope.host.getAttribute('token');
    if (token !== null) {
      this.attempt(async () => (await import('./account.js')).vouch(this, token));
    }
  }

  /** Take up what the reader has left on this device. */
  async resume() {
    if (storage.get(`drafts:${this.name}`)) {
      (await import('./reply.js')).restore(this);
    }
    if (storage.get(`newest:${this.name}`)) {
      await this.see();
    }
  }

  /** From now on it is known what is new; each comment is looked at once. */
  async see() {
    if (!this.#unread) {
      this.#unread = await import('./unread.js');
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

  /** Go on at a comment: a form that has closed may have drawn it out of sight. @param {HTMLElement | null | undefined} comment */
  reveal(comment) {
    this.focus(comment);
    comment?.scrollIntoView({ block: 'nearest' });
  }

  /**
   * Say something, for a while: in the status line, and for eyes where it was done.
   *
   * @param {string} [text]
   * @param {HTMLElement} [control] What says it in its own place.
   * @param {string} [label] How.
   */
  tell(text = '', control, label = text) {
    clearTimeout(this.#silence);
    this.#silence = text && setTimeout(() => this.tell(), 8000);
    /** @type {HTMLElement} */ (part(this.section, 'status')).textContent = text;
    this.later?.show(this, label, control);
  }

  /**
   * What the server's HTML cannot say: how long ago, and what is the reader's own.
   *
   * @param {ParentNode} node
   */
  wake(node) {
    this.#unread?.mark(this, node);
    this.words.tellTimes(node);
    this.#mine?.mark(this, node);
  }
}
