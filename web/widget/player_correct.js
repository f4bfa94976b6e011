/** Corrections of a transcript: proposing them in their place, and confirming what others propose. */
import { part } from '../shared/nodes.js';
import { storage } from '../shared/storage.js';
import { blame, field, refuse, wake } from './compose.js';
import { rest } from './player_along.js';

/** @typedef {import('./thread.js').Thread} Thread */

/** What a form sends, where it has it. */
const FIELDS = ['speaker', 'text', 'name', 'email'];

/** Put the server's form under the line. @param {Thread} thread @param {HTMLAnchorElement} link */
async function correct(thread, link) {
  const place = /** @type {HTMLElement} */ (link.parentElement);
  const known = part(place, 'propose');
  if (known) {
    field(/** @type {HTMLFormElement} */ (known), 'text').focus();
    return;
  }
  const { pathname, search } = new URL(link.href);
  const answer = await thread.fetch(pathname + search, { credentials: 'include' });
  const page = thread.scope.parse(await answer.text());
  const form = /** @type {HTMLFormElement} */ (part(page, 'propose'));
  wake(form);
  field(form, 'name').value ||= storage.get('me')?.name ?? '';
  part(form, 'cancel_correct')?.removeAttribute('hidden');
  form.addEventListener('keydown', ({ key }) => {
    const isTyped = ['text', 'speaker'].some((name) => field(form, name).value !== field(form, name).defaultValue);
    key === 'Escape' && !isTyped && cancel_correct(thread, form);
  });
  link.after(form);
  field(form, form.elements.namedItem('from') ? 'from' : 'text').focus();
}

/** @param {Thread} _ @param {HTMLElement} place */
function cancel_correct(_, place) {
  const form = place.closest('form');
  const link = /** @type {HTMLElement | null | undefined} */ (form?.previousElementSibling);
  form?.remove();
  link?.focus();
}

/** Send a correction, or confirm one. @param {Thread} thread @param {HTMLFormElement} form */
export async function submit(thread, form) {
  const { site } = thread.address;
  const proposal = /** @type {HTMLElement | null} */ (form.closest('[data-rj=proposal]'));
  if (proposal) {
    await thread.ask('POST', `recordings/proposals/${proposal.dataset['id']}/confirm`, { site });
    await renew(thread, form);
    thread.tell(form.dataset['thanks']);
    return;
  }
  blame(form);
  try {
    const body = { site, ...lineOf(form), ...said(form) };
    const { state } = await thread.ask('POST', `recordings/${form.dataset['id']}/proposals`, body);
    const told = form.dataset[state === 'held' ? 'held' : 'thanks'];
    await renew(thread, form);
    thread.tell(told);
  } catch (/** @type {any} */ problem) {
    await refuse(thread, form, problem);
  }
}

/** @param {HTMLFormElement} form */
function said(form) {
  const names = FIELDS.filter((name) => form.elements.namedItem(name));
  return Object.fromEntries(names.map((name) => [name, field(form, name).value]));
}

/** Where the line is, in milliseconds. @param {HTMLFormElement} form */
function lineOf(form) {
  const given = (/** @type {string} */ name) => form.elements.namedItem(name);
  if (given('start_ms')) {
    const end = given('end_ms') ? { end_ms: Number(field(form, 'end_ms').value) } : {};
    return { start_ms: Number(field(form, 'start_ms').value), ...end };
  }
  return { start_ms: ms(field(form, 'from').value), end_ms: ms(field(form, 'until').value) };
}

/** `3:48` in milliseconds; what is no time is one that no line has. @param {string} typed */
function ms(typed) {
  const parts = typed.trim().split(':').map(Number);
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
  return typed.trim() && Number.isFinite(seconds) ? Math.round(seconds * 1000) : -1;
}

/**
 * Show the transcript as it is now, in its place: the lines stay, so that what follows the sound goes on.
 *
 * @param {Thread} thread
 * @param {HTMLElement} inside
 */
async function renew(thread, inside) {
  const along = /** @type {HTMLElement} */ (inside.closest('[data-rj=along]'));
  const figure = /** @type {HTMLElement} */ (along.closest('[data-rj=recording]'));
  const line = inside.closest('li');
  const place = [...(line?.parentElement?.children ?? [])].indexOf(/** @type {Element} */ (line));
  const { pathname, search } = new URL(/** @type {HTMLAnchorElement} */ (part(figure, 'read_along')).href);
  const answer = await thread.fetch(`${pathname}/along${search}`);
  const fresh = thread.scope.parse(await answer.text());
  const [old, now] = [along, fresh].map((node) => part(node, 'cues')?.children ?? []);
  if (old?.length && old.length === now?.length) {
    part(along, 'checked')?.replaceChildren(...(part(fresh, 'checked')?.childNodes ?? []));
    [...old].forEach((cue, nth) => cue.replaceChildren(...(now[nth]?.childNodes ?? [])));
    inside.isConnected && inside.remove();
    /** @type {HTMLElement | null | undefined} */ (old[place]?.querySelector('a'))?.focus();
    return;
  }
  const next = /** @type {HTMLElement} */ (part(fresh, 'along'));
  along.replaceWith(next);
  rest(thread, next, figure);
  part(next, 'cues')?.focus();
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { correct, cancel_correct };
