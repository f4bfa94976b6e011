/** An author's drawer, in a dialog over the list. */
import { parse } from '../shared/html.js';
import { Refused, find, say, sayFailed } from './desk_page.js';

/**
 * Open the drawer that stands on its own page at `address`.
 *
 * @param {string} address
 */
export async function openDrawer(address) {
  const dialog = document.createElement('dialog');
  dialog.className = 'nr-dialog desk-drawer';
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('submit', (event) => submit(dialog, event));
  try {
    await show(dialog, await fetch(address));
    document.body.append(dialog);
    dialog.showModal();
  } catch {
    // Its page may say why.
    location.assign(address);
  }
}

/**
 * Fill the dialog with the drawer of a page.
 *
 * @param {HTMLDialogElement} dialog
 * @param {Response} answer
 */
async function show(dialog, answer) {
  const page = parse(await answer.text());
  const drawer = find('div', 'drawer', page);
  if (!drawer) {
    throw new Refused(page.querySelector('main')?.textContent?.replace(/\s+/g, ' ').trim() ?? `${answer.status}`);
  }
  const close = find('form', 'close', drawer);
  if (close) {
    close.hidden = false;
  }
  dialog.setAttribute('aria-labelledby', drawer.querySelector('h2')?.id ?? '');
  dialog.replaceChildren(drawer);
  const flash = find('p', 'status', page)?.textContent;
  if (flash) {
    say(flash);
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {SubmitEvent} event
 */
async function submit(dialog, event) {
  const form = event.target;
  // Not by `form.action`: a field of that name stands before it.
  const [address, method] = ['action', 'method'].map((name) => form instanceof HTMLFormElement && form.getAttribute(name));
  if (!address || method === 'dialog') {
    return;
  }
  event.preventDefault();
  const fields = /** @type {any} */ (new FormData(/** @type {HTMLFormElement} */ (form), event.submitter));
  try {
    const body = new URLSearchParams(fields);
    const answer = await fetch(address, { method: 'POST', body });
    await show(dialog, answer);
  } catch (error) {
    error instanceof Refused ? say(error.message) : sayFailed();
  }
}
