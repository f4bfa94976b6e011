/** The rows of a list that is worked through, as they are shown. */
import { parse } from '../shared/html.js';
import { find } from './desk_page.js';

/** So many rows that were decided on stay in sight. */
const STRIPS = 5;

export class Rows {
  /** @param {HTMLOListElement} list */
  constructor(list) {
    this.list = list;
  }

  /** Rows that wait for a decision. */
  open() {
    const rows = this.list.querySelectorAll('[data-nr=row]:not([data-done], [data-busy])');
    return /** @type {HTMLElement[]} */ ([...rows]);
  }

  current() {
    const row = document.activeElement?.closest('[data-nr=row]');
    return row instanceof HTMLElement && this.list.contains(row) ? row : null;
  }

  /** @param {HTMLElement | undefined} row */
  focus(row) {
    if (row) {
      const item = find('article', 'item', row);
      item?.focus({ preventScroll: true });
      item?.scrollIntoView({ block: 'nearest' });
    } else {
      document.querySelector('main')?.focus({ preventScroll: true });
    }
  }

  /** @param {string} id */
  row(id) {
    return /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-id="${id}"]`));
  }

  /** What keys act on: what is selected, else the row that has the focus. */
  chosen() {
    const picked = this.open().filter((row) => find('input', 'pick', row)?.checked);
    const current = this.current();
    if (picked.length > 0) {
      return picked;
    }
    return current && !('done' in current.dataset || 'busy' in current.dataset) ? [current] : [];
  }

  /**
   * The nearest open row on one side of `row`.
   *
   * @param {HTMLElement} row
   * @param {1 | -1} by
   * @param {HTMLElement[]} without
   */
  beside(row, by, without) {
    const side = by === 1 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    const rows = this.open().filter((other) => !without.includes(other));
    const there = rows.filter((other) => row.compareDocumentPosition(other) & side);
    return by === 1 ? there[0] : there.at(-1);
  }

  /**
   * A row that was decided on becomes one line, from which it can be brought back.
   *
   * @param {HTMLElement} row
   * @param {string} done
   * @param {string | null} decision
   */
  fold(row, done, decision) {
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
  replace(id, html) {
    const old = this.row(id);
    const row = parse(String(html)).firstElementChild;
    if (!old || !(row instanceof HTMLElement)) {
      return;
    }
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(row);
    if (hadFocus) {
      this.focus(row);
    }
  }

  /**
   * Say at a row why it was not decided on.
   *
   * @param {string} id
   * @param {string} detail
   * @param {boolean} isShown
   */
  explain(id, detail, isShown) {
    const row = this.row(id);
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

  /** @param {HTMLElement} row */
  showWhole(row) {
    row.querySelector('[data-long]')?.removeAttribute('data-long');
    find('a', 'whole', row)?.parentElement?.remove();
  }

  countPicked() {
    const place = find('span', 'picked');
    if (place) {
      const n = this.open().filter((row) => find('input', 'pick', row)?.checked).length;
      place.textContent = (place.dataset['many'] ?? '').replace('{n}', String(n));
    }
  }

  /** Say that nothing is left, or no longer. */
  sayWhetherEmpty() {
    const empty = find('p', 'empty');
    if (empty) {
      const rows = this.list.querySelectorAll('[data-nr=row]:not([data-done])');
      empty.hidden = rows.length > 0 || find('a', 'next') !== null;
    }
  }
}
