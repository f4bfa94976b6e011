/**
 * Passkeys, on the server's own pages: signing in with one, and adding one to an account. What the
 * browser is asked and what it answers is checked by the server alone.
 */
import { part } from '../shared/nodes.js';
import { root } from '../shared/root.js';

const canUse = isSecureContext && 'PublicKeyCredential' in window;

/** @param {string} text In base64url. */
function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer @returns {string | null} In base64url. */
function text(buffer) {
  if (!buffer) {
    return null;
  }
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
async function ask(path, body) {
  const answer = await fetch(root + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) {
    throw new Refused(said.detail);
  }
  return said;
}

/** The server said why not. */
class Refused extends Error {}

/** @param {any[] | undefined} listed */
const known = (listed = []) => listed.map((one) => ({ ...one, id: bytes(one.id) }));

/**
 * The parts that every answer has.
 *
 * @param {PublicKeyCredential} credential
 * @param {Record<string, string | null>} response
 */
const answered = ({ id, rawId, type, response: { clientDataJSON } }, response) => ({
  id,
  rawId: text(rawId),
  type,
  response: { clientDataJSON: text(clientDataJSON), ...response },
});

/** @param {any} wanted */
async function make(wanted) {
  const publicKey = {
    ...wanted,
    challenge: bytes(wanted.challenge),
    user: { ...wanted.user, id: bytes(wanted.user.id) },
    excludeCredentials: known(wanted.excludeCredentials),
  };
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const { attestationObject } = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return answered(made, { attestationObject: text(attestationObject) });
}

/** @param {any} wanted */
async function sign(wanted) {
  const publicKey = {
    ...wanted,
    challenge: bytes(wanted.challenge),
    allowCredentials: known(wanted.allowCredentials),
  };
  const signed = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const { authenticatorData, signature, userHandle } =
    /** @type {AuthenticatorAssertionResponse} */ (signed.response);
  return answered(signed, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: text(userHandle),
  });
}

/**
 * Do something with a passkey, and say beside its button why it did not work.
 *
 * @param {HTMLElement} place
 * @param {() => Promise<void>} act
 */
async function attempt(place, act) {
  const { stopped = '', failed = '' } = place.dataset;
  const button = /** @type {HTMLButtonElement} */ (place.querySelector('button'));
  const problem = /** @type {HTMLElement} */ (place.querySelector('[data-rj=passkey-problem]'));
  problem.textContent = '';
  button.disabled = true;
  try {
    await act();
  } catch (/** @type {any} */ error) {
    const isStopped = ['NotAllowedError', 'AbortError', 'InvalidStateError'].includes(error.name);
    problem.textContent =
      error instanceof Refused ? error.message : isStopped ? stopped : failed;
  } finally {
    button.disabled = false;
  }
}

/** @param {HTMLElement} place */
async function signIn(place) {
  const { site } = place.dataset;
  const { ceremony, publicKey } = await ask('/auth/passkey', { site });
  const credential = await sign(publicKey);
  await ask('/auth/passkey/enter', { site, ceremony, credential });
  place.dispatchEvent(new CustomEvent('rj:entered', { bubbles: true }));
}

/** @param {HTMLFormElement} form */
async function add(form) {
  const path = `/account/${form.dataset['site']}/passkeys`;
  const { ceremony, publicKey } = await ask(`${path}/begin`, {});
  const credential = await make(publicKey);
  const name = new FormData(form).get('name');
  await ask(path, { name, ceremony, credential });
  location.assign(root + path);
}

const door = part(document, 'passkey');
if (door && canUse) {
  door.hidden = false;
  door.querySelector('button')?.addEventListener('click', () => attempt(door, () => signIn(door)));
}

const form = /** @type {HTMLFormElement | null} */ (part(document, 'add-passkey'));
const without = part(document, 'no-passkeys');
if (form && without) {
  form.hidden = !canUse;
  without.hidden = canUse;
  without.textContent = form.dataset['cannot'] ?? '';
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(form, () => add(form));
  });
}
