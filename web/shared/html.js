/** One policy for a page: publishers and our own headers allow it by its name. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('rejoinder', {
  createHTML: String,
});

/** HTML of this server as nodes. @param {string} html */
export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = policy?.createHTML(html) ?? html;
  return template.content;
}
