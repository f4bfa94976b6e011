/** What the owner's pages do beside their forms: find a setting, copy the lines to embed. */

const part = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-nr=${name}]`));

const find = part('find');
if (find) {
  find.hidden = false;
  const field = /** @type {HTMLInputElement} */ (find.querySelector('input'));
  field.addEventListener('input', () => show(field.value));
  // What is out of sight cannot say what is wrong with it.
  document.addEventListener('invalid', () => show((field.value = '')), true);
}

const copy = part('copy');
if (copy && navigator.clipboard) {
  copy.hidden = false;
  const { textContent: label } = copy;
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(`${part('snippet')?.textContent}`);
    copy.textContent = `${copy.dataset['done']}`;
    copy.addEventListener('blur', () => (copy.textContent = label), { once: true });
  });
}

/** Leave those settings that hold each word, and the headings of those. @param {string} typed */
function show(typed) {
  const words = typed.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  let isFound = false;
  /** @type {HTMLElement | undefined} */
  let heading;
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.nr-fields > h2, .nr-field'))) {
    if (one.matches('h2')) {
      heading = one;
      heading.hidden = words.length > 0;
      continue;
    }
    const said = `${heading?.textContent} ${one.textContent}`.toLocaleLowerCase();
    one.hidden = !words.every((word) => said.includes(word));
    isFound ||= !one.hidden;
    if (!one.hidden && heading) {
      heading.hidden = false;
    }
  }
  const none = part('none');
  if (none) {
    none.textContent = isFound ? '' : `${none.dataset['text']}`;
  }
}
