/** Signing in, in a window on the server's own origin, and out. What is being written stays. */

/** @typedef {import('./thread.js').Thread} Thread */

/**
 * Open the window, and take up the code that it hands over: its cookies are not this page's.
 *
 * @param {Thread} thread
 * @param {HTMLAnchorElement} link
 */
export function enter(thread, link) {
  const { base, signal } = thread.scope;
  const { site } = thread.address;
  const query = new URLSearchParams({ site, origin: location.origin });
  const child = open(`${base}/auth/sign-in?${query}`, '_blank', 'popup,width=480,height=640');
  if (!child) {
    location.href = link.href;
    return;
  }
  const told = new AbortController();
  signal.addEventListener('abort', () => told.abort());
  /** @param {MessageEvent} event */
  const hear = async ({ source, origin, data }) => {
    const isOurs = source === child && origin === new URL(base).origin;
    if (!isOurs || data?.type !== 'rejoinder:signed-in' || told.signal.aborted) {
      return;
    }
    told.abort();
    await thread.ask('POST', 'session', { site, code: data.code });
    await thread.know();
    thread.emit('signed-in', { reader: thread.me?.reader });
    await thread.say('signed_in');
  };
  addEventListener('message', (event) => thread.attempt(() => hear(event)), {
    signal: told.signal,
  });
}

/** @param {Thread} thread */
export async function leave(thread) {
  await thread.ask('DELETE', `session?${new URLSearchParams({ site: thread.address.site })}`);
  await thread.know();
  thread.emit('signed-out', {});
  await thread.say('signed_out');
}
