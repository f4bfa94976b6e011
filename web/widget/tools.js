/** What helps to write: marks, and the preview. */
import { part } from '../shared/nodes.js';
import { blame, field, formOf, refuse, typed } from './compose.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** What stands before and after the marked words. @type {Record<string, [string, string]>} */
const PAIRS = {
  bold: ['**', '**'],
  italic: ['*', '*'],
  strike: ['~~', '~~'],
  code: ['`', '`'],
  spoiler: ['||', '||'],
  link: ['[', '](https://)'],
};

/** What stands before each marked line. @type {Record<string, string>} */
const PREFIXES = { quote: '> ', list: '- ', numbers: '1. ' };

/**
 * Mark what is selected, or take the mark away.
 *
 * @param {Thread} thread
 * @param {HTMLButtonElement} button
 */
function mark(thread, button) {
  const form = formOf(button);
  const text = /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (field(form, 'text')));
  const before = PREFIXES[button.value];
  text.focus();
  if (before === undefined) {
    markWords(text, button.value);
  } else {
    markLines(text, before);
  }
  typed(thread, form);
}

/** @param {Thread} thread @param {HTMLElement} button */
async function preview(thread, button) {
  const form = formOf(button);
  blame(form);
  try {
    const text = field(form, 'text').value;
    const { html } = await thread.ask('POST', 'preview', { ...thread.address, text });
    part(form, 'shown')?.replaceChildren(thread.scope.parse(html));
    turn(form, true);
    part(form, 'write')?.focus();
  } catch (/** @type {any} */ problem) {
    await refuse(thread, form, problem);
  }
}

/** Back from the preview. @param {Thread} _ @param {HTMLElement} button */
function write(_, button) {
  turn(formOf(button), false);
  field(formOf(button), 'text').focus();
}

/** @param {HTMLFormElement} form @param {boolean} isPreview */
function turn(form, isPreview) {
  field(form, 'text').closest('label')?.toggleAttribute('hidden', isPreview);
  part(form, 'tools')?.toggleAttribute('hidden', isPreview);
  part(form, 'shown')?.toggleAttribute('hidden', !isPreview);
  part(form, 'preview')?.setAttribute('aria-pressed', `${isPreview}`);
  part(form, 'write')?.setAttribute('aria-pressed', `${!isPreview}`);
}

/** @param {HTMLTextAreaElement} text @param {string} kind */
function markWords(text, kind) {
  const { selectionStart: start, selectionEnd: end, value } = text;
  const chosen = value.slice(start, end);
  const [before, after] =
    kind === 'code' && chosen.includes('\n') ? ['```\n', '\n```'] : (PAIRS[kind] ?? ['', '']);
  const isMarked =
    value.slice(0, start).endsWith(before) && value.slice(end).startsWith(after);
  if (isMarked && chosen) {
    replace(text, start - before.length, end + after.length, chosen);
    text.setSelectionRange(start - before.length, end - before.length);
  } else {
    replace(text, start, end, before + chosen + after);
    const at = start + before.length;
    text.setSelectionRange(at, at + chosen.length);
  }
}

/** @param {HTMLTextAreaElement} text @param {string} mark */
function markLines(text, mark) {
  const { selectionStart, selectionEnd, value } = text;
  const start = value.lastIndexOf('\n', selectionStart - 1) + 1;
  const end = (value.indexOf('\n', selectionEnd) + 1 || value.length + 1) - 1;
  const lines = value.slice(start, end).split('\n');
  const isMarked = lines.every((line) => line.startsWith(mark));
  const marked = lines.map((line) => (isMarked ? line.slice(mark.length) : mark + line)).join('\n');
  replace(text, start, end, marked);
  text.setSelectionRange(start + marked.length, start + marked.length);
}

/**
 * Put in other text, so that it can be undone.
 *
 * @param {HTMLTextAreaElement} field
 * @param {number} start
 * @param {number} end
 * @param {string} text
 */
function replace(field, start, end, text) {
  field.setSelectionRange(start, end);
  if (!document.execCommand('insertText', false, text)) {
    field.setRangeText(text, start, end, 'end');
  }
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { mark, preview, write };
