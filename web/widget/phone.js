/** Where a keyboard covers a part of the screen, what sends a form is kept above it. */

/** @type {WeakSet<HTMLFormElement>} */
const known = new WeakSet();

/** @param {HTMLFormElement} form @param {AbortSignal} signal */
export function lift(form, signal) {
  const { visualViewport: view } = window;
  if (known.has(form) || !view) {
    return;
  }
  known.add(form);
  const lift = () => {
    const bar = form.querySelector('.rj-bar');
    if (bar && form.matches(':focus-within')) {
      const covered = bar.getBoundingClientRect().bottom + 8 - view.offsetTop - view.height;
      covered > 0 && scrollBy({ top: covered, behavior: 'instant' });
    }
  };
  view.addEventListener('resize', lift, { signal });
  form.addEventListener('input', lift, { signal });
  lift();
}
