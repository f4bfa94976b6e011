/** Sending a correction of a passage: the server's form, beside the passage or under it. */
import { part } from '../shared/nodes.js';
import { blame, field, refuse } from './compose.js';
import { putAfter, putBeside } from './passages_place.js';
import { dressed, shade } from './passages_shade.js';

/** @typedef {import('./passages_article.js').Passages} Passages */
/** @typedef {import('./passages_anchor.js').Selector} Selector */

/** What a form sends beside the passage, where it has it. */
const FIELDS = ['text', 'proposed', 'name', 'email'];

/** What was begun and not sent, by the passage. @type {Map<string, Record<string, string>>} */
const begun = new Map();

/** What is open. @type {{host: HTMLElement, life: AbortController} | undefined} */
let opened;

/** Whether the newsroom takes corrections here. @param {Passages} passages */
export function canCorrect({ thread }) {
  return (thread.section.dataset['passages'] ?? '').split(' ').includes('correct');
}

export function close() {
  opened?.life.abort();
  opened?.host.remove();
  opened = undefined;
}

/** @param {Passages} passages @param {Range} range @param {Selector} selector */
export async function correct(passages, range, selector) {
  const { thread } = passages;
  const query = new URLSearchParams(thread.address);
  for (const [name, value] of Object.entries(selector)) {
    value == null || query.set(name, `${value}`);
  }
  const answer = await thread.fetch(`/embed/correction?${query}`, { credentials: 'include' });
  const page = thread.scope.parse(await answer.text());
  const form = /** @type {HTMLFormElement} */ (part(page, 'correct'));
  const title = document.createElement('h2');
  title.textContent = page.querySelector('h1')?.textContent ?? '';
  form.noValidate = true;
  const sources = part(form, 'sources');
  if (sources) {
    const [words, { wake }] = await Promise.all([passages.words(), import('./passages_sources.js')]);
    wake(thread, sources, words);
  }
  fill(form, begun.get(selector.exact) ?? {});
  const panel = document.createElement('section');
  panel.className = 'rj-panel';
  panel.tabIndex = -1;
  panel.ariaLabel = title.textContent;
  panel.append(title, form);
  close();
  const host = document.createElement('rejoinder-panel');
  shade(passages, host, panel);
  putAfter(host, range.endContainer);
  await dressed(host);
  putBeside(host, range);
  const life = new AbortController();
  const { signal } = life;
  opened = { host, life };
  passages.marks.point([range]);
  const leave = () => {
    begun.set(selector.exact, said(form));
    passages.marks.point([]);
    close();
  };
  thread.scope.signal.addEventListener('abort', close, { signal });
  addEventListener('resize', () => putBeside(host, range), { signal });
  host.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        leave();
      } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        form.requestSubmit();
      }
    },
    { signal },
  );
  const cancel = part(form, 'cancel_correction');
  cancel?.removeAttribute('hidden');
  cancel?.addEventListener('click', leave);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    thread.attempt(() => send(passages, panel, form, selector));
  });
  field(form, 'text').focus({ preventScroll: true });
  host.scrollIntoView({ block: 'nearest' });
}

/**
 * @param {Passages} passages
 * @param {HTMLElement} panel
 * @param {HTMLFormElement} form
 * @param {Selector} annotation
 */
async function send({ thread, marks }, panel, form, annotation) {
  blame(form);
  const button = /** @type {HTMLButtonElement} */ (part(form, 'send'));
  button.disabled = true;
  try {
    const { value } = field(form, 'sources');
    const sources = part(form, 'sources') && value ? JSON.parse(value) : undefined;
    await ask(thread, { ...thread.address, annotation, sources, ...said(form) });
  } catch (/** @type {any} */ problem) {
    const own = JSON.parse(form.dataset['problems'] ?? '{}')[problem.code];
    await refuse(thread, form, own ? { ...problem, code: '', detail: own } : problem);
    return;
  } finally {
    button.disabled = false;
  }
  begun.delete(annotation.exact);
  marks.point([]);
  const thanks = document.createElement('p');
  thanks.setAttribute('role', 'status');
  const done = Object.assign(document.createElement('button'), { type: 'button', textContent: form.dataset['close'] });
  const acts = document.createElement('p');
  acts.className = 'rj-acts';
  acts.append(done);
  done.addEventListener('click', close);
  form.replaceWith(thanks, acts);
  // It is there before it speaks.
  thanks.textContent = form.dataset['sent'] ?? '';
  panel.focus({ preventScroll: true });
}

/** Where the server asks for a proof of work, do it and send the same again. @param {import('./thread.js').Thread} thread @param {object} body */
async function ask(thread, body) {
  try {
    return await thread.ask('POST', 'corrections', body);
  } catch (/** @type {any} */ problem) {
    if (problem.code !== 'work_needed') {
      throw problem;
    }
  }
  await thread.say('working');
  const { solve } = await import('./work.js');
  return thread.ask('POST', 'corrections', { ...body, work: await solve(thread) });
}

/** @param {HTMLFormElement} form */
function said(form) {
  const names = FIELDS.filter((name) => form.elements.namedItem(name));
  return Object.fromEntries(names.map((name) => [name, field(form, name).value]));
}

/** @param {HTMLFormElement} form @param {Record<string, string>} said */
function fill(form, said) {
  for (const [name, value] of Object.entries(said)) {
    field(form, name).value ||= value;
  }
}
