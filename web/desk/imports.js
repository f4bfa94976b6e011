/** The owner's pages about imports: files are dropped or chosen, sent in steps, and what comes of them shown. */
import { send, watch } from './upload.js';

/** A line for each file: how long it is, and its name. @param {File[]} files */
const listed = (files) => files.map((file) => `${file.size} ${file.name.replace(/\s+/gu, ' ')}`).join('\n');

/** The files behind one another, as one; they stay on the disk. @param {File[]} files */
function joined(files) {
  const lastModified = Math.max(...files.map((file) => file.lastModified));
  return new File(files, files[0]?.name ?? '', { lastModified });
}

/** Send the files of a form in steps, however large they are. @param {HTMLFormElement} form */
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
    const files = [...(input.files ?? [])];
    if (!files.length) {
      return;
    }
    event.preventDefault();
    try {
      const id = await send(upload, joined(files), { files: listed(files) }, (share) =>
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
