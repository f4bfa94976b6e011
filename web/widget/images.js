/**
 * Pictures for a comment: pasted, dropped or picked, each with what it shows. They are sent while one
 * writes; the comment then names them. What is shown of them until then is drawn here, so that a policy of
 * the page's own holds.
 */
import { commentOf, part } from '../shared/nodes.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {HTMLFormElement} Form */

/** So many a comment can carry. */
const MAX = 4;

/** What the server takes: bytes, pixels. */
const MAX_BYTES = 8 << 20;
const MAX_PIXELS = 16e6;

/** The longest side of what is sent where a picture is too large, in pixels. */
const SIDE = 2_000;

/** The height of what is shown of a picture meanwhile, in pixels. */
const SHOWN = 96;

const KINDS = 'image/jpeg,image/png,image/webp,image/gif';

let n = 0;

/**
 * A picture of a form.
 *
 * @typedef {object} Picked
 * @property {HTMLElement} box
 * @property {HTMLInputElement} alt
 * @property {HTMLElement} problem
 * @property {string} [image] What it is named by, once it has arrived.
 * @property {string} [id] Its id, where the comment carries it already.
 * @property {string} [shown] What is shown of it, as a draft keeps it.
 */

/**
 * What reads and keeps the drafts of a form, where it has some.
 *
 * @typedef {object} Drafts
 * @property {(thread: Thread, form: Form) => any} draftOf
 * @property {(thread: Thread, form: Form, draft?: any) => void} keep
 */

/** The pictures of each form. @type {WeakMap<Form, Picked[]>} */
const all = new WeakMap();

/** Where those that were sent are kept, until the comment is posted. @type {WeakMap<Form, Drafts & {thread: Thread}>} */
const drafts = new WeakMap();

/**
 * Take what is pasted and dropped into a form, and show the pictures that it has.
 *
 * @param {Thread} thread
 * @param {Form} form
 * @param {Drafts} [own] Nothing for a comment that is edited, which has no draft.
 */
export async function start(thread, form, own) {
  if (all.has(form)) {
    return;
  }
  all.set(form, []);
  own && drafts.set(form, { ...own, thread });
  const { signal } = thread.scope;
  const take = (/** @type {Event} */ event, /** @type {DataTransfer | null} */ data) => {
    const files = [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    if (files.length) {
      event.preventDefault();
      thread.attempt(() => addAll(thread, form, files));
    }
  };
  form.addEventListener('paste', (event) => take(event, event.clipboardData), { signal });
  form.addEventListener('drop', (event) => take(event, event.dataTransfer), { signal });
  form.addEventListener(
    'dragover',
    (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault(),
    { signal },
  );
  // Before the comment is sent, each says what it shows.
  form.addEventListener('submit', (event) => check(thread, form, event), { signal });
  await (own ? restore(thread, form, own.draftOf(thread, form)?.images ?? []) : carry(thread, form));
}

/** Show the pictures that the comment carries. @param {Thread} thread @param {Form} form */
async function carry(thread, form) {
  for (const { id, url, alt } of JSON.parse(field(form, 'images')?.value || '[]')) {
    const picture = Object.assign(document.createElement('img'), { src: url, alt: '' });
    (await show(thread, form, picture, alt)).id = id;
  }
  tell(form);
}

/**
 * Show the pictures of a draft, but for those that the server has no more.
 *
 * @param {Thread} thread
 * @param {Form} form
 * @param {{image: string, alt: string, shown: string}[]} kept
 */
async function restore(thread, form, kept) {
  if (kept.length) {
    const body = { site: thread.address.site, images: kept.map(({ image }) => image) };
    const { images } = await thread.ask('POST', 'images/waiting', body).catch(() => body);
    for (const { image, alt, shown } of kept.filter(({ image }) => images.includes(image))) {
      const bytes = Uint8Array.from(atob(shown), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      Object.assign(await show(thread, form, small(bitmap), alt), { image, shown });
      bitmap.close();
    }
    tell(form);
  }
}

/** Choose files. @param {Thread} thread @param {HTMLElement} button */
function picture(thread, button) {
  const form = /** @type {Form} */ (button.closest('form'));
  thread.attempt(() => start(thread, form));
  let input = /** @type {HTMLInputElement | null} */ (form.querySelector(':scope>[type=file]'));
  if (!input) {
    // It has no name, so that it is not sent; while nobody holds one, it can be gone before it is chosen.
    input = Object.assign(document.createElement('input'), { type: 'file', accept: KINDS, multiple: true, hidden: true });
    input.addEventListener('change', (event) => {
      const own = /** @type {HTMLInputElement} */ (event.target);
      const files = [...(own.files ?? [])];
      own.value = '';
      thread.attempt(() => addAll(thread, form, files));
    });
    form.append(input);
  }
  input.click();
}

/** @param {Thread} thread @param {Form} form @param {File[]} files */
async function addAll(thread, form, files) {
  for (const file of files) {
    if (pickedIn(form).length >= MAX) {
      throw { code: 'too_many_images', max: MAX };
    }
    await add(thread, form, file);
  }
}

/** @param {Thread} thread @param {Form} form @param {Blob} file */
async function add(thread, form, file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw { code: 'image_unusable' };
  });
  const canvas = small(bitmap);
  const picked = await show(thread, form, canvas);
  picked.shown = canvas.toDataURL('image/jpeg', 0.6).split(',')[1] ?? '';
  picked.alt.focus();
  const { words, address } = thread;
  const { widget } = await words.all();
  thread.tell(widget['picture_sending']);
  try {
    const body = await fit(file, bitmap);
    const answer = await thread.fetch(`/api/v1/images?${new URLSearchParams({ site: address.site })}`, {
      method: 'POST',
      credentials: 'include',
      body,
      headers: { 'content-type': body.type },
    });
    picked.image = (await answer.json()).image;
  } catch (problem) {
    take(form, picked);
    throw problem;
  } finally {
    bitmap.close();
  }
  tell(form);
  thread.tell(widget['picture_added']);
}

/**
 * What is sent of a file: all of it, or where it is larger than the server takes, a smaller picture.
 *
 * @param {Blob} file
 * @param {ImageBitmap} bitmap
 * @returns {Promise<Blob>}
 */
async function fit(file, bitmap) {
  const { width, height } = bitmap;
  if (file.size <= MAX_BYTES && width * height <= MAX_PIXELS && KINDS.includes(file.type)) {
    return file;
  }
  const canvas = draw(bitmap, Math.min(1, SIDE / Math.max(width, height)));
  const small = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
  return small ?? file;
}

/** @param {ImageBitmap} bitmap @param {number} scale */
function draw(bitmap, scale) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** What is shown of a picture in the form. @param {ImageBitmap} bitmap */
function small(bitmap) {
  return draw(bitmap, Math.min(1, SHOWN / bitmap.height, (2 * SHOWN) / bitmap.width));
}

/**
 * Show a picture in the form, with a field for what it shows.
 *
 * @param {Thread} thread
 * @param {Form} form
 * @param {HTMLElement} picture
 * @param {string} value What it shows, as far as somebody has said.
 */
async function show(thread, form, picture, value = '') {
  const { widget } = await thread.words.all();
  picture.ariaHidden = 'true';
  const alt = Object.assign(document.createElement('input'), { dir: 'auto', autocomplete: 'off', value });
  alt.ariaRequired = 'true';
  const label = document.createElement('label');
  label.append(widget['picture_alt'] ?? '', alt);
  const problem = Object.assign(document.createElement('p'), {
    className: 'rj-error',
    hidden: true,
    id: `rj-image-${(n += 1)}`,
  });
  problem.role = 'alert';
  const button = Object.assign(document.createElement('button'), {
    type: 'button',
    textContent: widget['picture_remove'],
  });
  const box = Object.assign(document.createElement('div'), { className: 'rj-picked' });
  box.append(picture, label, problem, button);
  const picked = /** @type {Picked} */ ({ box, alt, problem });
  alt.addEventListener('input', () => (blame(picked, ''), tell(form)));
  button.addEventListener('click', () => {
    take(form, picked);
    field(form, 'text')?.focus();
    thread.say('picture_removed');
  });
  pickedIn(form).push(picked);
  part(form, 'send')?.closest('.rj-bar')?.before(box);
  return picked;
}

/** @param {Form} form @param {Picked} picked */
function take(form, picked) {
  picked.box.remove();
  const left = pickedIn(form);
  left.splice(left.indexOf(picked), 1);
  tell(form);
}

/** Let the form name its pictures, and its draft keep those that were sent for it. @param {Form} form */
function tell(form) {
  const named = pickedIn(form).filter(({ image, id }) => image ?? id);
  const names = field(form, 'images');
  const images = named.map(({ image, id, alt }) => ({ image, id, alt: alt.value }));
  names && (names.value = images.length ? JSON.stringify(images) : '');
  const own = drafts.get(form);
  if (own) {
    const text = field(form, 'text')?.value;
    const kept = named.map(({ image, alt, shown }) => ({ image, alt: alt.value, shown }));
    const draft = { ...own.draftOf(own.thread, form), text, images: kept.length ? kept : undefined };
    own.keep(own.thread, form, text || kept.length ? draft : undefined);
  }
}

/** Nothing is sent before each picture is there, and says what it shows. @param {Thread} thread @param {Form} form @param {Event} event */
function check(thread, form, event) {
  const wrong = pickedIn(form).find(({ image, id, alt }) => !(image ?? id) || !alt.value.trim());
  if (wrong) {
    event.preventDefault();
    event.stopPropagation();
    thread.attempt(async () => {
      const { widget, problems } = await thread.words.all();
      blame(wrong, (wrong.image ?? wrong.id) ? problems['image_alt_missing'] : widget['picture_sending']);
      wrong.alt.focus();
    });
  }
}

/** @param {Picked} picked @param {string} text Nothing where all is well. */
function blame({ alt, problem }, text) {
  problem.textContent = text;
  problem.hidden = !text;
  if (text) {
    alt.ariaInvalid = 'true';
    alt.setAttribute('aria-describedby', problem.id);
  } else {
    alt.removeAttribute('aria-invalid');
    alt.removeAttribute('aria-describedby');
  }
}

/** The comment is posted, or was discarded. @param {Form} form */
export function clear(form) {
  for (const picked of [...pickedIn(form)]) {
    take(form, picked);
  }
}

/** @param {Form} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
}

/** @param {Form} form */
function pickedIn(form) {
  return all.get(form) ?? [];
}

/** Take a picture away from a comment that carries it. @param {Thread} thread @param {HTMLElement} button */
async function unimage(thread, button) {
  const comment = commentOf(button);
  const image = button.dataset['image'] ?? '';
  const query = new URLSearchParams({ image, site: thread.address.site });
  await thread.ask('DELETE', `comments/${comment.dataset['id']}/images?${query}`);
  const box = button.closest('.rj-images');
  button.closest('[data-rj=image]')?.remove();
  box?.querySelector('[data-rj=image]') || box?.remove();
  thread.focus(comment);
  await thread.say('picture_removed');
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { picture, unimage };
