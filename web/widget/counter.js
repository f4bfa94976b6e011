/** How much may still be written, near the limit. */
import { part } from '../shared/nodes.js';
import { counted } from './items.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Say how much may still be written, once it matters.
 *
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} text
 */
export async function count(thread, form, { value, dataset }) {
  const counter = part(form, 'counter');
  if (!counter) {
    return;
  }
  const graphemes = [...new Intl.Segmenter(thread.words.language).segment(value)].length;
  const left = Number(dataset['max']) - graphemes;
  const { widget } = await thread.words.all();
  counter.textContent = counted(thread.words, widget[left < 0 ? 'over' : 'left'], Math.abs(left));
  counter.toggleAttribute('data-over', left < 0);
  counter.hidden = left > 200;
}
