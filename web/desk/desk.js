/** The moderators' desk with script: keys, and decisions without leaving the list. */
import { startCounts } from './desk_counts.js';
import { openDrawer } from './desk_drawer.js';
import { startList } from './desk_list.js';
import { find, go, here } from './desk_page.js';

document.documentElement.dataset['live'] = '';
const list = startList();
startCounts((counts) => list?.learn(counts));

const keys = find('dialog', 'keys');
const help = find('button', 'help');
if (keys && help) {
  help.hidden = false;
  help.addEventListener('click', () => keys.showModal());
}
document.querySelector('[data-nr=rail] [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[data-nr=author]') : null;
  if (link instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openDrawer(link.href);
  }
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  if (document.querySelector('dialog[open]')) {
    return;
  }
  if (list?.press(event.key) || press(event.key)) {
    event.preventDefault();
  }
});

/** @param {EventTarget | null} target */
function isTyping(target) {
  return (
    target instanceof Element &&
    target.matches('textarea, select, input:not([type=checkbox])')
  );
}

/**
 * Whether a key means something on every page of the desk.
 *
 * @param {string} key
 */
function press(key) {
  if (key === '?' && keys) {
    keys.showModal();
    return true;
  }
  const button = list ? null : document.querySelector(`[data-nr=decide] [aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (button instanceof HTMLButtonElement) {
    button.click();
    return true;
  }
  if (key === '/') {
    const field = find('input', 'search');
    if (field) {
      field.focus();
    } else {
      go(`${here.desk}/search`);
    }
    return true;
  }
  return false;
}
