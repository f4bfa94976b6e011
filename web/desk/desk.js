/** The moderators' desk with script: keys, and decisions without leaving the list. */
import { storage } from '../shared/storage.js';
import { startCounts } from './desk_counts.js';
import { openDrawer } from './desk_drawer.js';
import { reasons, startList } from './desk_list.js';
import { find, go, here } from './desk_page.js';
import './desk_twice.js';

/** Whether the reader wants no single keys: who speaks to the device would press them by chance. */
const NO_KEYS = 'no-keys';

document.documentElement.dataset['live'] = '';
const list = startList();
startCounts((counts) => list?.learn(counts));

const keys = find('dialog', 'keys');
const help = find('button', 'help');
if (keys && help) {
  help.hidden = false;
  help.addEventListener('click', () => showKeys());
}
const use = find('input', 'use-keys');
if (use) {
  use.checked = !storage.get(NO_KEYS);
  use.addEventListener('change', () => storage.set(NO_KEYS, !use.checked));
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
  if (document.querySelector('dialog[open]') || storage.get(NO_KEYS)) {
    return;
  }
  if (list?.press(event.key) || press(event.key)) {
    event.preventDefault();
  }
});

/** The keys, with the reasons that digits stand for. */
function showKeys() {
  const [numbered, list] = [find('div', 'numbered'), find('ol', 'reasons')];
  const known = reasons().slice(0, 9);
  if (numbered && list) {
    numbered.hidden = !known.length;
    list.replaceChildren(
      ...known.map(({ textContent }) => {
        const item = document.createElement('li');
        item.textContent = textContent;
        return item;
      }),
    );
  }
  keys?.showModal();
}

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
    showKeys();
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
