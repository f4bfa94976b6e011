/** The fields in which sources are given: the server's, made comfortable. */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';
import { wordsOf } from './passages_words.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {{[name: string]: string}} Row */
/** @typedef {{claim?: string, claimant?: string, stance: string, list: Row[]}} Sources */

/** The most sources of one comment. */
const MAX = 5;

/** What of a source is filled in. */
const OF_SOURCE = /^source_(\w+)_\d$/;

/**
 * Put the fields into a form, with what was typed into them before.
 *
 * @param {Thread} thread
 * @param {HTMLElement} place Where they stand.
 * @param {any} words
 * @param {() => void} drop What writing without them does beside taking them away.
 */
export async function give(thread, place, words, drop) {
  const query = new URLSearchParams({ site: thread.address.site });
  const answer = await thread.fetch(`/embed/sources?${query}`, { credentials: 'omit' });
  const fields = part(thread.scope.parse(await answer.text()), 'sources');
  if (!fields || part(place, 'sources')) {
    return;
  }
  place.append(fields);
  const key = keyOf(thread);
  const said = storage.get(key);
  if (said) {
    fill(fields, said);
  }
  wake(thread, fields, words, (sources) => storage.set(key, sources));
  const off = button(words.no_sources, 'no_sources', () => {
    storage.set(key, undefined);
    fields.remove();
    drop();
  });
  part(fields, 'source_acts')?.append(off);
}

/** @param {Thread} thread */
const keyOf = ({ name }) => `sources:${name}`;

/**
 * Let rows come and go, and keep what is said in one hidden field: by their own names they would be sent as
 * a plain form sends them.
 *
 * @param {Thread} thread
 * @param {HTMLElement} fields
 * @param {any} words
 * @param {(sources: Sources | undefined) => void} [keep]
 */
export function wake(thread, fields, words, keep = () => {}) {
  const said = Object.assign(document.createElement('input'), { type: 'hidden', name: 'sources' });
  const mayClaim = /^(editor|moderator|owner)$/.test(`${thread.me?.reader?.role}`);
  mayClaim || part(fields, 'claimant')?.remove();
  for (const input of inputs(fields)) {
    input.dataset['name'] = input.name;
    input.removeAttribute('name');
  }
  // Without script there is one row to fill in more.
  const rows = () => [...fields.querySelectorAll('[data-rj=source]')];
  const blank = /** @type {HTMLElement} */ (rows().at(-1)?.cloneNode(true));
  inputs(blank).forEach((input) => (input.value = ''));
  const acts = document.createElement('p');
  acts.className = 'rj-acts';
  acts.dataset['rj'] = 'source_acts';
  const more = button(words.more_source, 'more_source', () => {
    const row = /** @type {HTMLElement} */ (blank.cloneNode(true));
    dress(row);
    rows().at(-1)?.after(row);
    number();
    inputs(row)[0]?.focus();
  });
  const dress = (/** @type {Element} */ row) => {
    const off = button(words.less_source, 'less_source', () => {
      row.remove();
      number();
      keepAll();
      more.focus();
    });
    const place = document.createElement('p');
    place.className = 'rj-acts';
    place.append(off);
    row.append(place);
  };
  const number = () => {
    rows().forEach((row, nth) => (row.ariaLabel = (row.ariaLabel ?? '').replace(/\d+/, `${nth + 1}`)));
    rows().forEach((row) => part(row, 'less_source')?.toggleAttribute('hidden', rows().length < 2));
    more.hidden = rows().length >= MAX;
  };
  const keepAll = () => {
    const sources = read(fields);
    said.value = sources ? JSON.stringify(sources) : '';
    keep(sources);
  };
  const filled = rows().filter((row) => inputs(row).some(({ value }) => value));
  filled.length && rows().slice(filled.length).forEach((row) => row.remove());
  rows().forEach(dress);
  acts.append(more);
  fields.append(said, acts);
  number();
  fields.addEventListener('input', keepAll);
  keepAll();
}

/**
 * Take over the fields of a form that had them from the start, as a form without script does.
 *
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 */
export async function takeOver(thread, form) {
  const [place, fields] = [part(form, 'give'), part(form, 'sources')];
  if (!place || !fields || part(fields, 'source_acts')) {
    return;
  }
  wake(thread, fields, await wordsOf(thread));
  const { host, signal } = thread.scope;
  const empty = () => {
    place.removeAttribute('open');
    inputs(fields).forEach((input) => (input.value = input.type === 'select-one' ? 'supports' : ''));
    fields.dispatchEvent(new Event('input'));
  };
  host.addEventListener('rejoinder:posted', () => place.isConnected && empty(), { signal });
}

/** What the fields say; nothing where no source is filled in. @param {ParentNode} fields @returns {Sources | undefined} */
function read(fields) {
  const value = (/** @type {string} */ name) =>
    inputs(fields).find((input) => input.dataset['name'] === name)?.value.trim() || undefined;
  const list = [...fields.querySelectorAll('[data-rj=source]')].flatMap((row) => {
    const own = inputs(row).flatMap(({ dataset, value }) => {
      const name = OF_SOURCE.exec(dataset['name'] ?? '')?.[1];
      return name && value.trim() ? [[name, value.trim()]] : [];
    });
    return own.length ? [{ url: '', ...Object.fromEntries(own) }] : [];
  });
  const [claim, claimant] = [value('claim'), value('claimant')];
  return list.length ? { ...(claim && { claim }), ...(claimant && { claimant }), stance: value('stance') ?? '', list } : undefined;
}

/** @param {HTMLElement} fields @param {Sources} said */
function fill(fields, { list, ...whole }) {
  for (const input of inputs(fields)) {
    input.value = /** @type {any} */ (whole)[input.name] ?? input.value;
  }
  const row = /** @type {HTMLElement} */ (fields.querySelector('[data-rj=source]'));
  list.slice(1).forEach(() => row.after(row.cloneNode(true)));
  [...fields.querySelectorAll('[data-rj=source]')].forEach((row, nth) => {
    for (const input of inputs(row)) {
      input.value = list[nth]?.[OF_SOURCE.exec(input.name)?.[1] ?? ''] ?? '';
    }
  });
}

/** @param {ParentNode} node @returns {HTMLInputElement[]} */
const inputs = (node) => [...node.querySelectorAll('input:not([type=hidden]),select,textarea')].map((input) => /** @type {any} */ (input));

/** @param {string} textContent @param {string} name @param {() => void} act */
function button(textContent, name, act) {
  const it = Object.assign(document.createElement('button'), { type: 'button', textContent });
  // The thread has no act of that name.
  it.dataset['rj'] = name;
  it.addEventListener('click', act);
  return it;
}
