/** What the parts of the desk's script have in common. */

import { root } from '../shared/root.js';

/** Where this page is, as the server knows it: without the path that it is found under. */
export const ownPath = () => location.pathname.slice(root.length);

/** Where the desk's addresses start: `/moderate/HOST`. */
export const here = { desk: root + ownPath().split('/').slice(0, 3).join('/') };

/** @param {string} address */
export function go(address) {
  location.assign(address);
}

/**
 * The element that plays a role in the page.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} role
 * @param {ParentNode} [where]
 * @returns {HTMLElementTagNameMap[T] | null}
 */
export function find(tag, role, where = document) {
  return where.querySelector(`${tag}[data-nr=${role}]`);
}

/**
 * Say something in the status line, and what its button does.
 *
 * @param {string} text
 * @param {() => void} [undo]
 */
export function say(text, undo) {
  const line = find('p', 'status');
  const box = line?.parentElement;
  if (!line || !box) {
    return;
  }
  line.textContent = text;
  box.querySelector('form, button')?.remove();
  if (undo) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = line.dataset['undo'] ?? '';
    button.addEventListener('click', undo);
    box.append(button);
  }
}

/** Say that something did not work. */
export function sayFailed() {
  say(find('p', 'status')?.dataset['failed'] ?? '');
}

/** A refusal of the server, in its words. */
export class Refused extends Error {}

/**
 * Send a form, and get back what changed.
 *
 * @param {string} path Below the desk.
 * @param {URLSearchParams} body
 */
export async function send(path, body) {
  const headers = { accept: 'application/json' };
  const answer = await fetch(here.desk + path, { method: 'POST', headers, body });
  const json = await answer.json();
  if (!answer.ok) {
    throw new Refused(json.detail);
  }
  return json;
}
