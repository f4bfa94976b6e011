/** An author's drawer, in a dialog over the list. */
import { find, parse, say, sayFailed } from './desk_page.js';

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
    if (await show(dialog, await fetch(address))) {
      document.body.append(dialog);
      dialog.showModal();
      return;
    }
  } catch {
    // Its page may say why.
  }
  location.assign(address);
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
    return false;
  }
  const close = find('form', 'close', drawer);
  if (close) {
    close.hidden = false;
  }
  dialog.setAttribute('aria-labelledby', drawer.querySelector('h2')?.id ?? '');
  dialog.replaceChildren(drawer);
  const told = find('p', 'status', page)?.textContent;
  if (told) {
    say(told);
  }
  return true;
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {SubmitEvent} event
 */
async function submit(dialog, event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === 'dialog') {
    return;
  }
  event.preventDefault();
  const fields = /** @type {any} */ (new FormData(form, event.submitter));
  try {
    const body = new URLSearchParams(fields);
    const answer = await fetch(form.action, { method: 'POST', body });
    if (!(await show(dialog, answer))) {
      sayFailed();
    }
  } catch {
    sayFailed();
  }
}
