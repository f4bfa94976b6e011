/**
 * The window of signing in: sees when the link was opened in another tab, and tells the page that
 * opened this one, and no other.
 */
import { part } from '../shared/nodes.js';
import { root } from '../shared/root.js';

const POLL_MS = 2000;

const waits = part(document, 'waits');
const button = part(document, 'hand-over');

/**
 * Give the opener a code with which it begins a session of its own.
 *
 * @param {DOMStringMap} of
 * @returns {Promise<boolean>} Whether someone was there to be told.
 */
async function handOver({ site = '', origin = '' }) {
  const opener = /** @type {Window | null} */ (window.opener);
  if (!opener || !origin) {
    return false;
  }
  const answer = await fetch(`${root}/auth/hand-over`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site, origin }),
  });
  if (!answer.ok) {
    return false;
  }
  const { code } = await answer.json();
  opener.postMessage({ type: 'rejoinder:signed-in', code }, origin);
  window.close();
  return true;
}

/** @param {HTMLElement} place */
async function look(place) {
  const query = new URLSearchParams({ site: place.dataset['site'] ?? '' });
  const answer = await fetch(`${root}/auth/state?${query}`).catch(() => null);
  const { is_signed_in: isSignedIn = false } = answer?.ok ? await answer.json() : {};
  if (!isSignedIn) {
    setTimeout(look, POLL_MS, place);
  } else if (!(await handOver(place.dataset))) {
    place.querySelector('a')?.click();
  }
}

// A passkey has signed in here.
document.addEventListener('rj:entered', async ({ target }) => {
  const { dataset } = /** @type {HTMLElement} */ (target);
  if (!(await handOver(dataset))) {
    location.assign(dataset['next'] ?? `${root}/`);
  }
});

if (waits) {
  look(waits);
}
if (button && window.opener) {
  button.hidden = false;
  button.addEventListener('click', () => handOver(button.dataset));
}
