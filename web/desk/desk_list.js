/** A list of comments that is worked through: by keys and buttons, deciding and undoing. */
import { parse } from '../shared/html.js';
import { showCounts } from './desk_counts.js';
import { openDrawer } from './desk_drawer.js';
import { Refused, find, go, ownPath, say, sayFailed, send } from './desk_page.js';
import { Rows } from './desk_rows.js';

/** @typedef {{decisions: string[]}} Step Something that can be undone. */

/** Fewer rows than this ask for more. */
const FEW = 10;

const DECIDING = { a: 'approve', r: 'reject', s: 'spam', f: 'feature' };

/** Bring the page's list to life, if it has one. */
export function startList() {
  const list = find('ol', 'list');
  return list && !('single' in list.dataset) ? new List(list) : null;
}

/**
 * The reasons that a comment can be rejected for, in the order of their numbers.
 *
 * @param {ParentNode} [row] Where they stand; the first of the page otherwise.
 */
export function reasons(row = document) {
  /** @type {NodeListOf<HTMLOptionElement>} */
  const options = (row.querySelector('select[name=reason]') ?? row).querySelectorAll('option');
  return [...options].filter(({ value }) => value);
}

class List {
  #rows;
  /** @type {Step[]} */
  #steps = [];
  /** Decisions go out one after the other, in the order of the keys. @type {Promise<void>} */
  #line = Promise.resolve();
  #isLoading = false;
  /** @type {number | undefined} */
  #known;

  /** @param {HTMLOListElement} list */
  constructor(list) {
    this.list = list;
    this.#rows = new Rows(list);
    this.queue = list.dataset['queue'] ?? '';
    document.addEventListener('submit', (event) => this.#submit(event));
    list.addEventListener('click', (event) => this.#click(event));
    document.addEventListener('change', (event) => this.#change(event));
    const all = find('label', 'all');
    if (all) {
      all.hidden = false;
    }
    this.#rows.countPicked();
  }

  /**
   * What the rail has learned; new comments wait behind a link.
   *
   * @param {Record<string, number>} counts
   */
  learn = (counts) => {
    const n = counts[this.queue];
    const fresh = find('a', 'fresh');
    if (n === undefined || !fresh) {
      return;
    }
    const more = n - (this.#known ?? n);
    this.#known ??= n;
    fresh.hidden = more < 1;
    const text = more === 1 ? fresh.dataset['one'] : fresh.dataset['many'];
    fresh.textContent = text?.replace('{n}', String(more)) ?? '';
  };

  /**
   * Whether a key means something in the list.
   *
   * @param {string} key
   */
  press(key) {
    if (key === 'j' || key === 'ArrowDown') {
      this.#move(1);
    } else if (key === 'k' || key === 'ArrowUp') {
      this.#move(-1);
    } else if (key === 'z') {
      this.#undoLast();
    } else if (/^[1-9]$/.test(key)) {
      return this.#rejectFor(Number(key));
    } else if (key in DECIDING) {
      this.#decideByKey(/** @type {keyof typeof DECIDING} */ (key));
    } else {
      return this.#pressOn(key);
    }
    return true;
  }

  /**
   * Keys that act on the row that has the focus.
   *
   * @param {string} key
   */
  #pressOn(key) {
    const row = this.#rows.current();
    if (!row) {
      return false;
    }
    if (key === 'x') {
      find('input', 'pick', row)?.click();
    } else if (key === 'e') {
      const more = find('details', 'more', row);
      if (more) {
        more.open = true;
        more.querySelector('select')?.focus();
      }
    } else if (key === 'b') {
      openDrawer(find('a', 'author', row)?.href ?? '');
    } else if (key === 'w') {
      this.#rows.showWhole(row);
    } else if (key === 'Enter' && document.activeElement?.matches('[data-nr=item]')) {
      go(row.querySelector('time')?.closest('a')?.href ?? location.href);
    } else {
      return false;
    }
    return true;
  }

  /** @param {1 | -1} by */
  #move(by) {
    const rows = this.#rows.open();
    const current = this.#rows.current();
    if (!current) {
      this.#rows.focus(rows[0]);
      return;
    }
    this.#rows.focus(this.#rows.beside(current, by, []) ?? current);
  }

  /** @param {keyof typeof DECIDING} key */
  #decideByKey(key) {
    const rows = this.#rows.chosen();
    const first = rows[0];
    if (!first) {
      this.#rows.focus(this.#rows.open()[0]);
      return;
    }
    const isFeatured = first.querySelector('button[value=unfeature]') !== null;
    const action = key === 'f' && isFeatured ? 'unfeature' : DECIDING[key];
    this.#decide(rows, action, new URLSearchParams());
  }

  /**
   * Whether there is a reason of this number; what has the focus is rejected for it.
   *
   * @param {number} number
   */
  #rejectFor(number) {
    const rows = this.#rows.chosen();
    const reason = reasons(rows[0])[number - 1]?.value;
    if (reason) {
      this.#decide(rows, 'reject', new URLSearchParams({ reason }));
    }
    return !!reason;
  }

  /**
   * Decide on `rows`; the focus goes on at once.
   *
   * @param {HTMLElement[]} rows
   * @param {string} action
   * @param {URLSearchParams} body With the reason and the note.
   */
  #decide(rows, action, body) {
    // What the line offered to undo is no longer the last decision.
    say('');
    body.delete('comment');
    body.set('action', action);
    body.set('back', ownPath() + location.search);
    for (const row of rows) {
      body.append('comment', `${row.dataset['id']}.${row.dataset['revision']}`);
    }
    const stays = action === 'feature' || action === 'unfeature';
    const last = /** @type {HTMLElement} */ (rows.at(-1));
    if (!stays) {
      const next = this.#rows.beside(last, 1, rows) ?? this.#rows.beside(last, -1, rows);
      rows.forEach((row) => row.setAttribute('data-busy', ''));
      this.#rows.focus(next);
      this.#fill();
    }
    this.#then(rows, async () => {
      const answer = await send('/decide', body);
      this.#settle(rows, answer);
    });
  }

  /**
   * Do something after all that was asked for before.
   *
   * @param {HTMLElement[]} rows What it is done to; it waits again when that fails.
   * @param {() => Promise<void>} step
   */
  #then(rows, step) {
    this.#line = this.#line.then(step).catch((error) => {
      rows.forEach((row) => row.removeAttribute('data-busy'));
      this.#rows.sayWhetherEmpty();
      if (error instanceof Refused) {
        say(error.message);
      } else {
        sayFailed();
      }
    });
  }

  /**
   * Show what became of `rows`.
   *
   * @param {HTMLElement[]} rows
   * @param {any} answer
   */
  #settle(rows, answer) {
    const decisions = [];
    for (const { id, decision } of answer.changed) {
      const row = rows.find((one) => one.dataset['id'] === id);
      if (decision) {
        decisions.push(decision);
      }
      if (row && !answer.rows[id]) {
        this.#rows.fold(row, answer.done, decision);
      }
    }
    for (const [id, html] of Object.entries(answer.rows)) {
      this.#rows.replace(id, html);
    }
    for (const { id, detail } of answer.refused) {
      this.#rows.explain(id, detail, id in answer.rows);
    }
    const step = { decisions };
    if (decisions.length > 0) {
      this.#steps.push(step);
    }
    this.#finish(answer, decisions.length > 0 ? step : undefined);
  }

  /**
   * @param {any} answer
   * @param {Step | undefined} step
   */
  #finish(answer, step) {
    say(answer.told, step && (() => this.#undo(step)));
    showCounts(answer.counts);
    this.#known = answer.counts[this.queue];
    this.#rows.countPicked();
    this.#rows.sayWhetherEmpty();
    this.#fill();
  }

  /** Keep enough rows ahead of whoever decides quickly. */
  #fill() {
    if (this.#rows.open().length < FEW) {
      void this.#more();
    }
  }

  /** Undo what was last decided, even if its answer is not here yet. */
  #undoLast() {
    this.#then([], async () => {
      const step = this.#steps.pop();
      if (step) {
        await this.#takeBack(step);
      }
    });
  }

  /** @param {Step} step */
  #undo(step) {
    this.#steps = this.#steps.filter((one) => one !== step);
    say('');
    this.#then([], () => this.#takeBack(step));
  }

  /** @param {Step} step */
  async #takeBack({ decisions }) {
    const body = new URLSearchParams({ decisions: decisions.join(',') });
    body.set('back', ownPath() + location.search);
    const answer = await send('/undo', body);
    for (const [id, html] of Object.entries(answer.rows)) {
      this.#rows.replace(id, html);
    }
    const first = answer.changed[0];
    if (first) {
      this.#rows.focus(this.#rows.row(first.id) ?? undefined);
    }
    this.#finish(answer, undefined);
  }

  /** Bring in the next part of the list. */
  async #more() {
    const next = find('a', 'next');
    if (!next || this.#isLoading) {
      return;
    }
    this.#isLoading = true;
    try {
      const answer = await fetch(next.href);
      const page = parse(await answer.text());
      const rows = page.querySelectorAll('[data-nr=list] > [data-nr=row]');
      const isEmpty = this.#rows.open().length === 0;
      const fresh = [...rows].filter((row) => !this.#rows.row(row.getAttribute('data-id') ?? ''));
      this.list.append(...fresh);
      const further = find('a', 'next', page);
      if (further) {
        next.href = further.href;
      } else {
        next.remove();
      }
      if (isEmpty && document.activeElement?.matches('main, body')) {
        this.#rows.focus(this.#rows.open()[0]);
      }
      this.#rows.sayWhetherEmpty();
    } catch {
      // The link is still there.
    }
    this.#isLoading = false;
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    const form = event.target;
    const button = event.submitter;
    if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement)) {
      return;
    }
    const fields = /** @type {any} */ (new FormData(form));
    const body = new URLSearchParams(fields);
    if (form.dataset['nr'] === 'decide') {
      const row = form.closest('[data-nr=row]');
      if (row instanceof HTMLElement) {
        event.preventDefault();
        // A decision that is on its way is the row's only one.
        'busy' in row.dataset || this.#decide([row], button.value, body);
      }
    } else if (form.dataset['nr'] === 'bulk') {
      event.preventDefault();
      const rows = this.#rows.open().filter((row) => find('input', 'pick', row)?.checked);
      if (rows.length > 0) {
        this.#decide(rows, button.value, body);
      }
    } else if (form.dataset['nr'] === 'undo') {
      event.preventDefault();
      this.#undo({ decisions: (body.get('decisions') ?? '').split(',') });
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest('[data-nr=row]');
    if (!target || !(row instanceof HTMLElement)) {
      return;
    }
    if (target.closest('[data-nr=whole]')) {
      event.preventDefault();
      this.#rows.showWhole(row);
    } else if (target.closest('[data-nr=back]')) {
      const decision = row.dataset['done'] ?? '';
      const step = this.#steps.find((one) => one.decisions.includes(decision));
      if (step) {
        step.decisions = step.decisions.filter((one) => one !== decision);
        this.#steps = this.#steps.filter((one) => one.decisions.length > 0);
      }
      this.#undo({ decisions: [decision] });
    }
  }

  /** @param {Event} event */
  #change(event) {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox') {
      return;
    }
    if (box.closest('[data-nr=all]')) {
      for (const row of this.#rows.open()) {
        const pick = find('input', 'pick', row);
        if (pick) {
          pick.checked = box.checked;
        }
      }
    }
    this.#rows.countPicked();
  }
}
