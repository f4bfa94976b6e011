/**
 * The worker that shows what the server tells this browser while no page is open, and opens it. It
 * touches nothing else: requests of pages pass it by.
 */
{
  const worker = /** @type {any} */ (globalThis);

  /** @param {{title: string, body: string, url: string, tag: string, lang: string, dir: string}} notice */
  const show = ({ title, body, url, tag, lang, dir }) =>
    worker.registration.showNotification(title, { body, tag, lang, dir, data: url });

  /** Go to a tab that shows the page already, or else to a new one. @param {string} address */
  const go = async (address) => {
    const { protocol, origin, pathname, search } = new URL(address);
    if (!/^https?:$/.test(protocol)) {
      return;
    }
    const tabs = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const open = tabs.find((/** @type {{url: string}} */ { url }) => url.split('#')[0] === origin + pathname + search);
    try {
      // Only a tab that this worker controls can be led to the comment.
      await (await open.focus()).navigate(address);
    } catch {
      await worker.clients.openWindow(address);
    }
  };

  worker.addEventListener('install', () => worker.skipWaiting());
  worker.addEventListener('activate', (/** @type {any} */ event) =>
    event.waitUntil(worker.clients.claim()),
  );
  worker.addEventListener('push', (/** @type {any} */ event) =>
    event.waitUntil(show(event.data.json())),
  );
  worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
    event.notification.close();
    event.waitUntil(go(event.notification.data));
  });
}
