/** A list of comments that is worked through: moving, selecting, deciding, undoing. */
import { showCounts } from './desk_counts.js';
import { openDrawer } from './desk_drawer.js';
import { Refused, find, go, parse, say, sayFailed, send } from './desk_page.js';

/** @typedef {{decisions: string[]}} Step Something that can be undone. */

/** Fewer rows than this ask for more. */
const FEW = 10;

/** So many rows that were decided on stay in sight. */
const STRIPS = 5;

const DECIDING = { a: 'approve', r: 'reject', s: 'spam', f: 'feature' };

/** Bring the page's list to life, if it has one. */
export function startList() {
  const list = find('ol', 'list');
  return list && !('single' in list.dataset) ? new List(list) : null;
}

class List {
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
    this.queue = list.dataset['queue'] ?? '';
    document.addEventListener('submit', (event) => this.#submit(event));
    list.addEventListener('click', (event) => this.#click(event));
    document.addEventListener('change', (event) => this.#change(event));
    const all = find('label', 'all');
    if (all) {
      all.hidden = false;
    }
    this.#countPicked();
  }

  /**
   * What the rail has learned; new comments wait behind a link.
   *
   * @param {Record<string, number>} counts
   */
  told = (counts) => {
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

  /** Rows that wait for a decision. */
  #open() {
    const rows = this.list.querySelectorAll('[data-nr=row]:not([data-done], [data-busy])');
    return /** @type {HTMLElement[]} */ ([...rows]);
  }

  #current() {
    const row = document.activeElement?.closest('[data-nr=row]');
    return row instanceof HTMLElement && this.list.contains(row) ? row : null;
  }

  /** @param {HTMLElement | undefined} row */
  #focus(row) {
    if (row) {
      const item = find('article', 'item', row);
      item?.focus({ preventScroll: true });
      item?.scrollIntoView({ block: 'nearest' });
    } else {
      document.querySelector('main')?.focus({ preventScroll: true });
    }
  }

  /** What keys act on: what is selected, else the row that has the focus. */
  #chosen() {
    const picked = this.#open().filter((row) => find('input', 'pick', row)?.checked);
    const current = this.#current();
    if (picked.length > 0) {
      return picked;
    }
    return current && !('done' in current.dataset || 'busy' in current.dataset) ? [current] : [];
  }

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
    const row = this.#current();
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
      this.#showWhole(row);
    } else if (key === 'Enter' && document.activeElement?.matches('[data-nr=item]')) {
      go(row.querySelector('time')?.closest('a')?.href ?? location.href);
    } else {
      return false;
    }
    return true;
  }

  /** @param {1 | -1} by */
  #move(by) {
    const rows = this.#open();
    const current = this.#current();
    if (!current) {
      this.#focus(rows[0]);
      return;
    }
    this.#focus(this.#beside(current, by, []) ?? current);
  }

  /**
   * The nearest open row on one side of `row`.
   *
   * @param {HTMLElement} row
   * @param {1 | -1} by
   * @param {HTMLElement[]} without
   */
  #beside(row, by, without) {
    const side = by === 1 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    const rows = this.#open().filter((other) => !without.includes(other));
    const there = rows.filter((other) => row.compareDocumentPosition(other) & side);
    return by === 1 ? there[0] : there.at(-1);
  }

  /** @param {keyof typeof DECIDING} key */
  #decideByKey(key) {
    const rows = this.#chosen();
    const first = rows[0];
    if (!first) {
      this.#focus(this.#open()[0]);
      return;
    }
    const isFeatured = first.querySelector('button[value=unfeature]') !== null;
    const action = key === 'f' && isFeatured ? 'unfeature' : DECIDING[key];
    this.#decide(rows, action, new URLSearchParams());
  }

  /**
   * Decide on `rows`; the focus goes on at once.
   *
   * @param {HTMLElement[]} rows
   * @param {string} action
   * @param {URLSearchParams} body With the reason and the note.
   */
  #decide(rows, action, body) {
    body.delete('comment');
    body.set('action', action);
    body.set('back', location.pathname + location.search);
    for (const row of rows) {
      body.append('comment', `${row.dataset['id']}.${row.dataset['revision']}`);
    }
    const stays = action === 'feature' || action === 'unfeature';
    const last = /** @type {HTMLElement} */ (rows.at(-1));
    if (!stays) {
      const next = this.#beside(last, 1, rows) ?? this.#beside(last, -1, rows);
      rows.forEach((row) => row.setAttribute('data-busy', ''));
      this.#focus(next);
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
      this.#empty();
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
        this.#fold(row, answer.done, decision);
      }
    }
    for (const [id, html] of Object.entries(answer.rows)) {
      this.#replace(id, html);
    }
    for (const { id, detail } of answer.refused) {
      this.#explain(id, detail, id in answer.rows);
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
    this.#countPicked();
    this.#empty();
    this.#fill();
  }

  /** Keep enough rows ahead of whoever decides quickly. */
  #fill() {
    if (this.#open().length < FEW) {
      void this.#more();
    }
  }

  /**
   * A row that was decided on becomes one line, from which it can be brought back.
   *
   * @param {HTMLElement} row
   * @param {string} done
   * @param {string | null} decision
   */
  #fold(row, done, decision) {
    row.removeAttribute('data-busy');
    row.dataset['done'] = decision ?? '';
    const [item, strip] = [find('article', 'item', row), find('p', 'strip', row)];
    const pick = find('input', 'pick', row);
    if (pick) {
      pick.checked = false;
    }
    if (!item || !strip) {
      return;
    }
    item.hidden = true;
    strip.hidden = false;
    const did = find('b', 'did', strip);
    if (did) {
      did.textContent = done;
    }
    const back = find('button', 'back', strip);
    if (back) {
      back.hidden = decision === null;
    }
    const folded = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll('[data-done]')]);
    const shown = folded.filter((one) => !one.hidden && one !== row);
    shown.slice(0, Math.max(0, shown.length + 1 - STRIPS)).forEach((one) => (one.hidden = true));
  }

  /**
   * Show a row as the server has it now.
   *
   * @param {string} id
   * @param {unknown} html
   */
  #replace(id, html) {
    const old = this.#row(id);
    const row = parse(String(html)).firstElementChild;
    if (!old || !(row instanceof HTMLElement)) {
      return;
    }
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(row);
    if (hadFocus) {
      this.#focus(row);
    }
  }

  /**
   * Say at a row why it was not decided on.
   *
   * @param {string} id
   * @param {string} detail
   * @param {boolean} isShown
   */
  #explain(id, detail, isShown) {
    const row = this.#row(id);
    if (!row) {
      return;
    }
    row.removeAttribute('data-busy');
    const line = document.createElement('p');
    line.className = 'desk-problem';
    line.textContent = detail;
    find('article', 'item', row)?.append(line);
    if (!isShown) {
      row.dataset['done'] = '';
    }
  }

  /** @param {string} id */
  #row(id) {
    return /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-id="${id}"]`));
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
    this.#then([], () => this.#takeBack(step));
  }

  /** @param {Step} step */
  async #takeBack({ decisions }) {
    const body = new URLSearchParams({ decisions: decisions.join(',') });
    body.set('back', location.pathname + location.search);
    const answer = await send('/undo', body);
    for (const [id, html] of Object.entries(answer.rows)) {
      this.#replace(id, html);
    }
    const first = answer.changed[0];
    if (first) {
      this.#focus(this.#row(first.id) ?? undefined);
    }
    this.#finish(answer, undefined);
  }

  /** Say that nothing is left, or no longer. */
  #empty() {
    const empty = find('p', 'empty');
    if (empty) {
      const rows = this.list.querySelectorAll('[data-nr=row]:not([data-done])');
      empty.hidden = rows.length > 0 || find('a', 'next') !== null;
    }
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
      const isEmpty = this.#open().length === 0;
      this.list.append(...[...rows].filter((row) => !this.#row(row.getAttribute('data-id') ?? '')));
      const further = find('a', 'next', page);
      if (further) {
        next.href = further.href;
      } else {
        next.remove();
      }
      if (isEmpty && document.activeElement?.matches('main, body')) {
        this.#focus(this.#open()[0]);
      }
      this.#empty();
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
        this.#decide([row], button.value, body);
      }
    } else if (form.dataset['nr'] === 'bulk') {
      event.preventDefault();
      const rows = this.#open().filter((row) => find('input', 'pick', row)?.checked);
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
      this.#showWhole(row);
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

  /** @param {HTMLElement} row */
  #showWhole(row) {
    row.querySelector('[data-long]')?.removeAttribute('data-long');
    find('a', 'whole', row)?.parentElement?.remove();
  }

  /** @param {Event} event */
  #change(event) {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox') {
      return;
    }
    if (box.closest('[data-nr=all]')) {
      for (const row of this.#open()) {
        const pick = find('input', 'pick', row);
        if (pick) {
          pick.checked = box.checked;
        }
      }
    }
    this.#countPicked();
  }

  #countPicked() {
    const place = find('span', 'picked');
    if (place) {
      const n = this.#open().filter((row) => find('input', 'pick', row)?.checked).length;
      place.textContent = (place.dataset['many'] ?? '').replace('{n}', String(n));
    }
  }
}
