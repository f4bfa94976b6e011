/** Signing in, in a window on the server's own origin, and out. What is being written stays. */

import { storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Open the window, and take up the code that it hands over: its cookies are not this page's.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
function enter(thread, link) {
  const { base, signal } = thread.scope;
  const { site } = thread.address;
  const query = new URLSearchParams({ site, origin: location.origin });
  const child = open(`${base}/auth/sign-in?${query}`, '_blank', 'popup,width=480,height=640');
  if (!child) {
    location.href = link.href;
    return;
  }
  const done = new AbortController();
  signal.addEventListener('abort', () => done.abort());
  /** @param {MessageEvent} event */
  const hear = async ({ source, origin, data }) => {
    const isOurs = source === child && origin === new URL(base).origin;
    if (!isOurs || data?.type !== 'rejoinder:signed-in' || done.signal.aborted) {
      return;
    }
    done.abort();
    await thread.ask('POST', 'session', { site, code: data.code });
    await thread.know();
    thread.emit('signed-in', { reader: thread.me?.reader });
    await thread.say('signed_in');
  };
  addEventListener('message', (event) => thread.attempt(() => hear(event)), {
    signal: done.signal,
  });
}

/** @param {Thread} thread @param {HTMLElement} [button] Where somebody has asked for it. */
async function leave(thread, button) {
  await thread.ask('DELETE', `session?${new URLSearchParams({ site: thread.address.site })}`);
  // It goes, and in a form one writes on.
  button?.closest('form')?.querySelector('textarea')?.focus();
  await thread.know();
  thread.emit('signed-out', {});
  await thread.say('signed_out');
}

/**
 * Sign in with a token of the publisher's, which works once; what fails is the publisher's to mend.
 *
 * @param {Thread} thread
 * @param {string} token An empty one signs out whom one before has signed in.
 */
export async function vouch(thread, token) {
  const { site } = thread.address;
  const key = `token:${site}`;
  const mark = token.slice(-40);
  if ((storage.get(key) ?? '') === mark) {
    return;
  }
  storage.set(key, mark || undefined);
  if (!mark) {
    await leave(thread);
    return;
  }
  try {
    await thread.ask('POST', 'session', { site, token });
  } catch (/** @type {any} */ problem) {
    if (!problem.status) {
      storage.set(key, undefined);
    }
    console.warn(`rejoinder: ${problem.detail ?? problem.code}`);
    return;
  }
  await thread.know();
  thread.emit('signed-in', { reader: thread.me?.reader });
}

/**
 * Open what is kept of a guest, by a link: its cookies may be this page's alone.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
async function kept(thread, link) {
  // At once, or browsers take it for a window that nobody asked for.
  const tab = open('', '_blank');
  let to = link.href;
  try {
    const { site } = thread.address;
    ({ url: to } = /** @type {{url: string}} */ (await thread.ask('POST', 'guest-links', { site })));
  } catch {
    // The page says what can be done where nothing is known.
  }
  if (tab) {
    tab.opener = null;
    tab.location.href = to;
  } else {
    location.href = to;
  }
}

/** By the `data-rj` of the control that asks for it. */
export const acts = { enter, leave, kept };
