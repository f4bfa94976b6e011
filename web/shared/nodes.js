/** Nodes by what they are for: templates name that in `data-rj`. */

/**
 * @param {ParentNode} node
 * @param {string} name The value of `data-rj`.
 * @returns {HTMLElement | null}
 */
export function part(node, name) {
  return node.querySelector(`[data-rj=${name}]`);
}

/**
 * The list of a thread, or of the replies in an item; a new one for replies that had none.
 *
 * @param {ParentNode} box
 * @param {Element} before What a new one stands before.
 */
export function listOf(box, before) {
  let list = box.querySelector(':scope>ol') ?? part(box, 'list');
  if (!list) {
    list = document.createElement('ol');
    list.className = 'rj-replies';
    before.before(list);
  }
  return list;
}

/** The comment that something is about. @param {Element} place */
export function commentOf(place) {
  return /** @type {HTMLElement} */ (place.closest('[data-rj=comment]'));
}
