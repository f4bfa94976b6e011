/** Writing: the form in its place, what is said at its fields, and its draft on the device. */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */
/** @typedef {HTMLFormElement} Form */

/**
 * What is kept of a form until its comment is posted.
 *
 * @typedef {object} Draft
 * @property {string} text
 * @property {string} [said] What was last sent of what the reader typed.
 * @property {unknown} [title] The title that was sent with it.
 * @property {string} [key] The idempotency key: said again, it is the same comment.
 * @property {{image: string, alt: string, shown: string}[]} [images] The pictures that were sent for it.
 */

/** What a reader tells of themself, once for each device. */
export const WHO = ['name', 'email', 'website'];

/** @param {Thread} thread @param {Form} form */
export function open(thread, form) {
  form.dataset['open'] = '';
  wake(form);
  greet(thread, form);
  const text = field(form, 'text');
  text.value ||= draftOf(thread, form)?.text ?? '';
  grow(text);
  if (matchMedia('(pointer: coarse)').matches) {
    import('./phone.js').then(({ lift }) => lift(form, thread.scope.signal)).catch(() => {});
  }
  part(form, 'picture') && import('./images.js').then(({ start }) => start(thread, form, { draftOf, keep }));
  // Without them nobody could be told that sending failed.
  thread.words.all();
  part(form, 'give')?.addEventListener('toggle', () => thread.attempt(() => takeOver(thread, form)), { once: true });
}

/** Where the form has fields for sources: send them as script does. @param {Thread} thread @param {Form} form */
export async function takeOver(thread, form) {
  part(form, 'give') && (await (await import('./passages_sources.js')).takeOver(thread, form));
}

/** Say who the comment will be by, as far as it is known. @param {Thread} thread @param {Form} form */
export function greet(thread, form) {
  const reader = thread.me?.reader;
  const isAccount = reader?.kind === 'account';
  const known = isAccount ? { name: reader.name } : (storage.get('me') ?? reader ?? {});
  const isOther = isAccount || 'account' in form.dataset;
  for (const name of WHO) {
    const own = field(form, name);
    own.value = (isOther ? '' : own.value) || (known[name] ?? '');
  }
  form.toggleAttribute('data-account', isAccount);
  part(form, 'door')?.toggleAttribute('hidden', isAccount);
  part(form, 'leave')?.toggleAttribute('hidden', !isAccount);
  part(form, 'account')?.toggleAttribute('hidden', !isAccount);
  part(form, 'rename')?.toggleAttribute('hidden', isAccount);
  part(form, 'kept')?.toggleAttribute('hidden', reader?.kind !== 'guest');
  showWho(form, !isAccount && 'asked' in form.dataset, known.name);
}

/** @param {Thread} thread @param {Form} form */
export function typed(thread, form) {
  const text = field(form, 'text');
  const draft = draftOf(thread, form);
  keep(thread, form, text.value || draft?.images ? { ...draft, text: text.value } : undefined);
  grow(text);
  if (text.value.includes('@') && thread.section.dataset['mentions'] !== 'off') {
    import('./mention.js').then(({ look }) => look(thread, /** @type {any} */ (text)));
  }
  if (text.value.length > Number(text.dataset['max']) - 200 || !part(form, 'counter')?.hidden) {
    import('./counter.js').then(({ count }) => count(thread, form, text));
  }
}

/** Show what is only for those with script. @param {Form} form */
export function wake(form) {
  form.noValidate = true;
  form.dataset['awake'] = '';
  for (const name of ['tabs', 'tools', 'picture', 'cancel']) {
    part(form, name)?.removeAttribute('hidden');
  }
}

/** @param {Form} form */
export function close(form) {
  if (form.closest('li')) {
    form.previousElementSibling?.removeAttribute('hidden');
    form.remove();
  } else {
    form.hidden = false;
    delete form.dataset['open'];
    delete form.dataset['awake'];
    /** @type {HTMLElement | null} */ (form.querySelector(':focus'))?.blur();
  }
}

/**
 * Say at the field what is wrong with it.
 *
 * @param {Thread} thread
 * @param {Form} form
 * @param {import('./thread.js').Problem} problem
 */
export async function refuse(thread, form, problem) {
  const { field: name = '' } = problem;
  const own = form.querySelector(`[data-rj-error="${name}"]`);
  const place = /** @type {HTMLElement} */ (own ?? form.querySelector('[data-rj-error=""]'));
  const blamed = field(form, own && name ? name : 'text');
  place.textContent = await thread.words.explain(problem);
  place.id = `rj-error-${name}-${field(form, 'parent').value}`;
  place.hidden = false;
  blamed.setAttribute('aria-describedby', place.id);
  blamed.ariaInvalid = `${!!name}`;
  WHO.includes(name) && showWho(form, true);
  blamed.focus();
}

/** Take back what was said. @param {Form} form */
export function blame(form) {
  for (const place of form.querySelectorAll('[data-rj-error]')) {
    place.setAttribute('hidden', '');
  }
  for (const blamed of form.querySelectorAll('[aria-invalid]')) {
    blamed.removeAttribute('aria-invalid');
    blamed.removeAttribute('aria-describedby');
  }
}

/** @param {Form} form @param {string} name */
export function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name) ?? new Option());
}

/** @param {Element} element */
export function formOf(element) {
  return /** @type {Form} */ (element.closest('form'));
}

/** @param {Thread} thread @param {Form} form */
export function draftOf(thread, form) {
  return draftsOf(thread)[field(form, 'parent').value];
}

/** @param {Thread} thread @param {Form} form @param {Draft} [draft] Nothing once it is posted. */
export function keep(thread, form, draft) {
  const { [field(form, 'parent').value]: _, ...others } = draftsOf(thread);
  const drafts = draft ? { ...others, [field(form, 'parent').value]: draft } : others;
  storage.set(keyOf(thread), Object.keys(drafts).length ? drafts : undefined);
}

/**
 * @param {Thread} thread
 * @returns {Record<string, Draft>} By the parent; the main form's has none.
 */
export function draftsOf(thread) {
  return storage.get(keyOf(thread)) ?? {};
}

/** @param {Thread} thread */
function keyOf({ address: { site, page } }) {
  return `drafts:${site} ${page}`;
}

/**
 * Ask who writes, or show who it is, as far as that is known.
 *
 * @param {Form} form
 * @param {boolean} isAsked
 * @param {string} [called]
 */
export function showWho(form, isAsked, called = field(form, 'name').value) {
  const as = part(form, 'as');
  const name = as?.querySelector('b');
  form.toggleAttribute('data-asked', isAsked);
  as?.toggleAttribute('hidden', isAsked || !called);
  if (name) {
    name.textContent = called;
    const face = part(form, 'face');
    face && called && (face.textContent = [...called][0] ?? '');
  }
}

/** Browsers that size a field by its text need no help. @param {HTMLInputElement} text */
function grow(text) {
  text.setAttribute('rows', `${Math.min(text.value.split('\n').length + 2, 20)}`);
}
