/** The account's page of notices: lets this browser be told, where it can show them. */
import { part } from '../shared/nodes.js';
import { root } from '../shared/root.js';

/** Not versioned: the browser looks for a newer one by itself. */
const WORKER = `${location.origin}${root}/push.js`;

const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('rejoinder', {
  createScriptURL: String,
});

const form = /** @type {HTMLFormElement | null} */ (part(document, 'device'));

/** Show one of the page's remarks, or none. @param {string} [name] */
function say(name) {
  for (const remark of ['unable', 'denied', 'failed']) {
    part(document, remark)?.toggleAttribute('hidden', remark !== name);
  }
}

/** @returns {Promise<PushSubscription | null | undefined>} What this browser is told by, if at all. */
async function current() {
  const worker = await navigator.serviceWorker.getRegistration(`${root}/`);
  return worker?.pushManager.getSubscription();
}

/** @param {string} key The server's, in base64 for addresses. */
async function subscribe(key) {
  const worker = await navigator.serviceWorker.register(policy?.createScriptURL(WORKER) ?? WORKER);
  await navigator.serviceWorker.ready;
  const known = await worker.pushManager.getSubscription();
  const bytes = known?.options.applicationServerKey;
  if (bytes && encoded(bytes) !== key) {
    // It was asked for by another installation under this address, and only that could use it.
    await known.unsubscribe();
  }
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {ArrayBuffer} bytes */
function encoded(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {HTMLFormElement} form */
async function add(form) {
  say();
  if ((await Notification.requestPermission()) !== 'granted') {
    say('denied');
    return;
  }
  try {
    const { endpoint, keys } = (await subscribe(form.dataset['key'] ?? '')).toJSON();
    Object.entries({ endpoint, ...keys }).forEach(([name, value]) => {
      const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
      field && (field.value = value ?? '');
    });
    HTMLFormElement.prototype.submit.call(form);
  } catch {
    say('failed');
  }
}

/** Mark this browser in the list; where it is not there, offer it. @param {HTMLFormElement} form */
async function begin(form) {
  part(document, 'script')?.remove();
  if (!navigator.serviceWorker || !('PushManager' in window) || !('Notification' in window)) {
    say('unable');
    return;
  }
  const endpoint = (await current())?.endpoint;
  const listed = /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll('[data-endpoint]')
  );
  const own = [...listed].find(({ dataset }) => endpoint && dataset['endpoint'] === endpoint);
  own?.querySelector('[data-rj=here]')?.removeAttribute('hidden');
  own?.querySelector('form')?.addEventListener('submit', () => {
    current().then((subscription) => subscription?.unsubscribe());
  });
  form.hidden = !!own;
  if (Notification.permission === 'denied') {
    form.hidden = true;
    say('denied');
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    add(form);
  });
}

if (form) {
  begin(form);
}
