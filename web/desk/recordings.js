/** The editors' pages about recordings: uploads, and the transcript. */
import { storage } from '../shared/storage.js';
import { clock } from '../widget/player_time.js';
import { send, watch } from './upload.js';

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
      const about = Object.fromEntries(['page', 'title', 'cut_of'].map((key) => [key, field(form, key).value]));
      const id = await send(`${form.dataset['upload']}`, file, about, (share) =>
        tell(sent.replace('{percent}', `${Math.floor(share * 100)}`)),
      );
      location.assign(`${next}${field(form, 'cut_of').value || id}?did=attached`);
    } catch (/** @type {any} */ problem) {
      tell(problem.detail ?? failed);
    }
  });
}

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
