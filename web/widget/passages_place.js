/** Where elements of ours stand in an article. */
import { BLOCK } from './passages_text.js';

/** What nothing may stand beside. */
const INSIDE = 'li,td,th,dd,dt,caption,figcaption';

/** How wide a panel is beside the text, at least and at most, and how far from it, in pixels. */
const [LEAST, MOST, GAP] = [240, 340, 16];

/** The block that `node` is in. @param {Node} node @returns {HTMLElement} */
export function blockOf(node) {
  const element = /** @type {Element | null} */ (node.nodeType === 1 ? node : node.parentElement);
  return /** @type {HTMLElement} */ (element?.closest(BLOCK) ?? document.body);
}

/**
 * Put `element` behind the block in which `node` is, so that it is read and reached after it.
 *
 * @param {HTMLElement} element
 * @param {Node} node
 */
export function putAfter(element, node) {
  const block = blockOf(node);
  const table = block.closest('table');
  if (table) {
    table.after(element);
  } else if (block.matches(INSIDE)) {
    block.append(element);
  } else if (block.matches('p,h1,h2,h3,h4,h5,h6,pre,address,summary')) {
    block.after(element);
  } else {
    block.append(element);
  }
}

/**
 * Stand beside the text where there is room for it, level with the passage; else under it.
 *
 * @param {HTMLElement} element
 * @param {Range} range
 */
export function putBeside(element, range) {
  const block = blockOf(range.endContainer);
  const text = block.getBoundingClientRect();
  const isBackwards = getComputedStyle(block).direction === 'rtl';
  const room = (isBackwards ? text.left : document.documentElement.clientWidth - text.right) - 2 * GAP;
  element.toggleAttribute('data-beside', room >= LEAST);
  const { style } = element;
  for (const name of ['left', 'top', 'inline-size']) {
    style.removeProperty(name);
  }
  if (room >= LEAST) {
    const width = Math.min(room, MOST);
    style.setProperty('inline-size', `${width}px`);
    const left = isBackwards ? text.left - GAP - width : text.right + GAP;
    moveTo(element, left, range.getBoundingClientRect().top);
    // Where the page cuts off what stands out of its article, the panel stands in it.
    const { x, y } = element.getBoundingClientRect();
    const isSeen = y < 0 || y > innerHeight || document.elementsFromPoint(x + 20, y + 20).includes(element);
    if (!isSeen) {
      element.removeAttribute('data-beside');
      ['left', 'top', 'inline-size'].forEach((name) => style.removeProperty(name));
    }
  }
}

/**
 * Move what is positioned to a place of the window, whatever it is positioned by.
 *
 * @param {HTMLElement} element
 * @param {number} left
 * @param {number} top
 */
export function moveTo(element, left, top) {
  const { style } = element;
  style.left = '0px';
  style.top = '0px';
  const at = element.getBoundingClientRect();
  style.left = `${left - at.left}px`;
  style.top = `${top - at.top}px`;
}
