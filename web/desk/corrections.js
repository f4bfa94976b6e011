/**
 * The corrections that readers sent, decided on by keys: J and K go on and back, A accepts the one that has
 * the focus, or the first, E goes to its line for readers, D to the word for its sender, where Enter declines.
 * Z takes the last decision back.
 */
import './desk_twice.js';

document.documentElement.dataset['live'] = '';
const items = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-nr=correction]')]);
const forms = new Map(items.map((item) => [item, item.querySelector('form')]));
document.querySelector('[data-nr=keys]')?.removeAttribute('hidden');

for (const form of forms.values()) {
  // Enter in the word for the sender would take the first button, which accepts.
  field(form, 'reason')?.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      form?.requestSubmit(form.querySelector('button[value=decline]'));
    }
  });
}

// Whoever has just decided goes on with the next.
if (new URLSearchParams(location.search).has('undo')) {
  items[0]?.focus();
}

document.addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === 'Escape') {
    items.find((item) => item.contains(target))?.focus();
    return;
  }
  const isTyped = target.matches('textarea, select, input:not([type=checkbox], [type=radio])');
  if (isTyped || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (press(event.key, items.findIndex((item) => item.contains(target)))) {
    event.preventDefault();
  }
});

/**
 * Whether a key means something.
 *
 * @param {string} key
 * @param {number} at Which item has the focus, or -1.
 */
function press(key, at) {
  const form = forms.get(/** @type {HTMLElement} */ (items[Math.max(at, 0)]));
  switch (key) {
    case 'j':
      items[Math.min(at + 1, items.length - 1)]?.focus();
      return true;
    case 'k':
      items[Math.max(at - 1, 0)]?.focus();
      return true;
    case 'a':
      form?.requestSubmit(form.querySelector('button[value=accept]'));
      return true;
    case 'e':
      field(form, 'line')?.focus();
      return true;
    case 'd':
      field(form, 'reason')?.focus();
      return true;
    case 'z':
      /** @type {HTMLElement | null} */ (document.querySelector('[data-nr=undo]'))?.click();
      return true;
    default:
      return false;
  }
}

/** @param {HTMLFormElement | null | undefined} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement | null | undefined} */ (form?.elements.namedItem(name));
}
