/**
 * Names of people in the thread, offered behind an `@`. The text stays a text field, which may be no
 * combobox: it says that it completes, and which of the listed names is meant.
 */
import { part } from '../shared/nodes.js';
import { dress } from './dress.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {{name: string, author: string, isAbove: boolean}} Person */

/** So many are offered. */
const MAX = 6;

/** What is typed behind a sign that begins a name. */
const TYPED = /(?:^|[^\p{L}\p{M}\p{N}@/._-])@([^\s@][^@\n]{0,49})?$/u;

let n = 0;

/** What is offered for a text, while something is. @type {WeakMap<HTMLTextAreaElement, Offer>} */
const offers = new WeakMap();

/**
 * Offer names for what stands before the cursor.
 *
 * @param {Thread} thread
 * @param {HTMLTextAreaElement} text
 */
export async function look(thread, text) {
  let offer = offers.get(text);
  const typed = before(text);
  const people = typed === undefined ? [] : found(thread, text, typed);
  if (!people.length) {
    return offer?.close();
  }
  if (!offer) {
    await dress(thread, '/static/mention.css');
    const { widget } = await thread.words.all();
    // While both came, more may have been typed.
    offer = offers.get(text) ?? new Offer(thread, text, widget['people']);
    offers.set(text, offer);
  }
  before(text) === typed && offer.show(people);
}

/** @param {HTMLTextAreaElement} text @returns {string | undefined} Nothing where no name is being typed. */
function before({ value, selectionStart, selectionEnd }) {
  const match = selectionStart === selectionEnd && TYPED.exec(value.slice(0, selectionStart));
  return match ? (match[1] ?? '') : undefined;
}

/**
 * Who can be meant: those above first, then those who wrote last.
 *
 * @param {Thread} thread
 * @param {HTMLTextAreaElement} text
 * @param {string} typed
 */
function found(thread, text, typed) {
  const wanted = plain(typed);
  const people = everybody(thread, text).filter(({ name }) => {
    const own = plain(name);
    return own !== wanted && (own.startsWith(wanted) || own.includes(` ${wanted}`));
  });
  people.sort((a, b) => Number(b.isAbove) - Number(a.isAbove));
  return people.slice(0, MAX);
}

/** Each name that means one person here. @param {Thread} thread @param {HTMLTextAreaElement} text */
function everybody(thread, text) {
  const above = new Set();
  for (let item = text.closest('li'); item; item = item.parentElement?.closest('li') ?? null) {
    above.add(/** @type {HTMLElement | null} */ (item.querySelector('[data-rj=comment]'))?.dataset['author']);
  }
  /** @type {Map<string, Map<string, Person>>} By the name, then by who it is. */
  const named = new Map();
  /** @type {NodeListOf<HTMLElement>} */
  const comments = thread.section.querySelectorAll('[data-rj=comment][data-author]:not([data-muted])');
  for (const comment of comments) {
    const { author = '' } = comment.dataset;
    const name = part(comment, 'name')?.textContent ?? '';
    if (name && author !== thread.me?.reader?.id) {
      const alike = named.get(plain(name)) ?? new Map();
      named.set(plain(name), alike.set(author, { name, author, isAbove: above.has(author) }));
    }
  }
  return [...named.values()].flatMap((alike) => {
    const all = [...alike.values()];
    const near = all.filter(({ isAbove }) => isAbove);
    return all.length === 1 ? all : near.length === 1 ? near : [];
  });
}

/** @param {string} name */
function plain(name) {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').toLowerCase();
}

/** A list under a text. */
class Offer {
  #at = 0;
  /** @type {Person[]} */
  #people = [];

  /** @param {Thread} thread @param {HTMLTextAreaElement} text @param {string} label */
  constructor(thread, text, label) {
    this.text = text;
    this.list = document.createElement('div');
    Object.assign(this.list, { className: 'rj-people', hidden: true, id: `rj-people-${(n += 1)}` });
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', label);
    (text.closest('label') ?? text).after(this.list);
    const { signal } = thread.scope;
    text.setAttribute('aria-autocomplete', 'list');
    text.setAttribute('aria-haspopup', 'listbox');
    text.addEventListener('keydown', (event) => this.#press(event), { signal });
    text.addEventListener('blur', () => this.close(), { signal });
    // The text keeps the focus.
    this.list.addEventListener('mousedown', (event) => event.preventDefault(), { signal });
    this.list.addEventListener(
      'click',
      ({ target }) => {
        const option = /** @type {Element} */ (target).closest('[role=option]');
        option && this.#pick([...this.list.children].indexOf(option));
      },
      { signal },
    );
  }

  /** @param {Person[]} people */
  show(people) {
    this.#people = people;
    this.list.replaceChildren(
      ...people.map(({ name }, i) => {
        const option = document.createElement('div');
        Object.assign(option, { id: `${this.list.id}-${i}`, textContent: name, dir: 'auto' });
        option.setAttribute('role', 'option');
        return option;
      }),
    );
    this.list.hidden = false;
    this.text.setAttribute('aria-controls', this.list.id);
    this.#mark(0);
  }

  close() {
    this.list.hidden = true;
    this.text.removeAttribute('aria-controls');
    this.text.removeAttribute('aria-activedescendant');
  }

  /** @param {number} at */
  #mark(at) {
    this.#at = (at + this.#people.length) % this.#people.length;
    [...this.list.children].forEach((option, i) => {
      option.setAttribute('aria-selected', `${i === this.#at}`);
    });
    this.text.setAttribute('aria-activedescendant', `${this.list.id}-${this.#at}`);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
    if (this.list.hidden || isComposing || ctrlKey || metaKey || altKey || shiftKey) {
      return;
    }
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowDown: () => this.#mark(this.#at + 1),
      ArrowUp: () => this.#mark(this.#at - 1),
      Enter: () => this.#pick(this.#at),
      Tab: () => this.#pick(this.#at),
      Escape: () => this.close(),
    };
    const act = acts[key];
    if (act) {
      // It means nothing else while names are offered.
      event.preventDefault();
      event.stopPropagation();
      act();
    } else if (/^(Arrow|Home|End|Page)/.test(key)) {
      this.close();
    }
  }

  /** @param {number} at */
  #pick(at) {
    const { text } = this;
    const person = this.#people[at];
    const typed = before(text);
    this.close();
    if (person && typed !== undefined) {
      const end = text.selectionStart;
      const space = /^\s/.test(text.value.slice(end)) ? '' : ' ';
      text.setRangeText(`${person.name}${space}`, end - typed.length, end, 'end');
      text.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    }
  }
}
