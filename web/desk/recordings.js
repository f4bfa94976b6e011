/** The editors' pages about recordings: uploads that go on where they broke off, and the transcript. */
import { storage } from '../shared/storage.js';
import { clock } from '../widget/player_time.js';

/** So many bytes are sent at a time. */
const STEP = 1024 * 1024;

/** So often in a row a step is tried. */
const TRIES = 5;

const TUS = { 'tus-resumable': '1.0.0' };

/** @param {HTMLFormElement} form @param {string} name */
const field = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name) ?? new Option());

/** Let a file be chosen in place of an address. @param {HTMLFormElement} form */
function offer(form) {
  const label = form.querySelector('[data-nr=file]');
  const input = label?.querySelector('input');
  const progress = form.querySelector('[data-nr=progress]');
  label?.removeAttribute('hidden');
  form.addEventListener('submit', async (event) => {
    const file = input?.files?.[0];
    if (!file) {
      return;
    }
    event.preventDefault();
    const { sent = '', failed = '', next = '' } = form.dataset;
    const tell = (/** @type {string} */ text) => progress && (progress.textContent = text);
    try {
      const id = await send(form, file, (share) => tell(sent.replace('{percent}', `${Math.floor(share * 100)}`)));
      location.assign(`${next}${field(form, 'cut_of').value || id}?did=attached`);
    } catch (/** @type {any} */ problem) {
      tell(problem.detail ?? failed);
    }
  });
}

/**
 * Send a file by tus; the recording's id. An upload that broke off goes on.
 *
 * @param {HTMLFormElement} form
 * @param {File} file
 * @param {(share: number) => void} tell
 */
async function send(form, file, tell) {
  const about = ['page', 'title', 'cut_of'].map((key) => field(form, key).value);
  const name = `upload:${[form.dataset['upload'], ...about, file.name, file.size, file.lastModified].join(' ')}`;
  const known = storage.get(name);
  let place = known;
  let at = known ? await reached(known) : -1;
  if (at < 0) {
    place = await begin(form, file);
    storage.set(name, place);
    at = 0;
  }
  let tries = 0;
  while (at < file.size) {
    const before = at;
    try {
      const answer = await ask(place, 'PATCH', {
        body: file.slice(at, at + STEP),
        headers: { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': `${at}` },
      });
      at = Number(answer.headers.get('upload-offset'));
    } catch (problem) {
      at = await reached(place).catch(() => before);
      tries += 1;
      if (at < 0 || (at === before && tries >= TRIES)) {
        throw problem;
      }
    }
    tries = at > before ? 0 : tries;
    tell(at / file.size);
  }
  storage.set(name, undefined);
  return place.split('/').at(-1);
}

/** @param {HTMLFormElement} form @param {File} file */
async function begin(form, file) {
  const told = ['page', 'title', 'cut_of'].map((key) => `${key} ${base64(field(form, key).value)}`);
  const answer = await ask(`${form.dataset['upload']}`, 'POST', {
    headers: { ...TUS, 'upload-length': `${file.size}`, 'upload-metadata': told.join(',') },
  });
  return `${answer.headers.get('location')}`;
}

/** How far an upload has come; -1 where it is not known any more. @param {string} place */
async function reached(place) {
  const answer = await fetch(place, { method: 'HEAD', headers: TUS });
  return answer.ok ? Number(answer.headers.get('upload-offset')) : -1;
}

/** @param {string} path @param {string} method @param {RequestInit} how */
async function ask(path, method, how) {
  const answer = await fetch(path, { method, ...how });
  if (!answer.ok) {
    throw await answer.json().catch(() => ({}));
  }
  return answer;
}

/** @param {string} text */
const base64 = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

/** The transcript, with the sound under the hands. @param {HTMLFormElement} form */
function write(form) {
  const text = /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (field(form, 'text')));
  const media = /** @type {HTMLMediaElement | null} */ (document.querySelector('[data-nr=media]'));
  const label = form.querySelector('[data-nr=file]');
  const input = label?.querySelector('input');
  const name = `transcript:${form.dataset['id']}`;
  label?.removeAttribute('hidden');
  input?.addEventListener('change', async () => {
    const file = input.files?.[0];
    if (file) {
      text.value = await file.text();
      keep();
    }
  });
  form.querySelector('[data-nr=keys]')?.removeAttribute('hidden');
  // What was typed is there again, as long as nobody has saved another revision.
  const from = field(form, 'from').value;
  const keep = () => storage.set(name, { from, text: text.value });
  const draft = storage.get(name);
  draft?.from === from ? (text.value = draft.text) : storage.set(name, undefined);
  text.addEventListener('input', keep);
  text.addEventListener('keydown', (event) => {
    if (media && event.ctrlKey && press(media, text, event.code)) {
      event.preventDefault();
    }
  });
}

/** @param {HTMLMediaElement} media @param {HTMLTextAreaElement} text @param {string} code */
function press(media, text, code) {
  switch (code) {
    case 'Space':
      media.paused ? media.play().catch(() => {}) : media.pause();
      return true;
    case 'ArrowLeft':
      media.currentTime -= 3;
      return true;
    case 'ArrowRight':
      media.currentTime += 3;
      return true;
    case 'Enter':
      text.setRangeText(`${clock(media.currentTime)}  `, text.selectionStart, text.selectionEnd, 'end');
      text.dispatchEvent(new Event('input'));
      return true;
    default:
      return false;
  }
}

/**
 * Decide on the corrections of readers by keys: A accepts the one that has the focus, or the first; D goes
 * to the word for its author, where Enter declines.
 */
function decide() {
  const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll('form[data-nr=proposal]')]);
  document.querySelector('[data-nr=proposal-keys]')?.removeAttribute('hidden');
  for (const form of forms) {
    // Enter in a field would take the first button, which accepts.
    field(form, 'reason').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        form.requestSubmit(form.querySelector('button[value=decline]'));
      }
    });
  }
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyped = target.matches('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey;
    const form = forms.find((own) => own.contains(target)) ?? forms[0];
    if (!form || isTyped) {
      return;
    }
    if (event.key === 'a') {
      form.requestSubmit(form.querySelector('button[value=accept]'));
    } else if (event.key === 'd') {
      event.preventDefault();
      field(form, 'reason').focus();
    }
  });
}

/** So often it is asked how far something is, in ms. */
const LOOK = 2_000;

/**
 * Show how far a recording is while it is read or compared, and what came of it at the end: the page anew,
 * unless somebody has begun to write here.
 *
 * @param {HTMLElement} place
 */
async function watch(place) {
  const path = `${location.pathname.split('/').slice(0, 4).join('/')}/${place.dataset['id']}/state`;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const answer = await fetch(path).catch(() => undefined);
    if (answer && !answer.ok) {
      return;
    }
    const state = await answer?.json();
    if (state && !document.hidden) {
      place.textContent = state.text;
      if (!state.is_underway) {
        hasTyped() || location.reload();
        return;
      }
    }
  }
}

/** Whether any field says something else than the server gave it. */
function hasTyped() {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input, textarea'));
  return [...fields].some((own) => (own.type === 'file' ? own.files?.length : own.value !== own.defaultValue));
}

for (const place of document.querySelectorAll('[data-nr=state]')) {
  watch(/** @type {HTMLElement} */ (place));
}

if (document.querySelector('form[data-nr=proposal]')) {
  decide();
}

for (const form of document.querySelectorAll('form')) {
  if (form.dataset['nr'] === 'attach') {
    offer(form);
  } else if (form.dataset['nr'] === 'transcript') {
    write(form);
  }
}
