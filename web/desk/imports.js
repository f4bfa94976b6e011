/** The owner's pages about imports: a file is dropped or chosen, sent in steps, and what comes of it shown. */
import { send, watch } from './upload.js';

/** Send the file of a form in steps, however large it is. @param {HTMLFormElement} form */
function offer(form) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem('file'));
  const progress = form.querySelector('[data-nr=progress]');
  const { upload = '', sent = '', failed = '', next = '' } = form.dataset;
  const tell = (/** @type {string} */ text) => progress && (progress.textContent = text);
  form.querySelector('[data-nr=drop]')?.removeAttribute('hidden');
  form.addEventListener('dragover', (event) => event.preventDefault());
  form.addEventListener('drop', (event) => {
    const files = event.dataTransfer?.files;
    if (files?.length) {
      event.preventDefault();
      input.files = files;
    }
  });
  form.addEventListener('submit', async (event) => {
    const file = input.files?.[0];
    if (!file) {
      return;
    }
    event.preventDefault();
    try {
      const id = await send(upload, file, { name: file.name }, (share) =>
        tell(sent.replace('{percent}', `${Math.floor(share * 100)}`)),
      );
      location.assign(`${next}${id}`);
    } catch (/** @type {any} */ problem) {
      tell(problem.detail ?? failed);
    }
  });
}

for (const form of document.querySelectorAll('form')) {
  if (form.dataset['nr'] === 'import') {
    offer(form);
  }
}

for (const place of document.querySelectorAll('[data-nr=state]')) {
  watch(/** @type {HTMLElement} */ (place));
}
