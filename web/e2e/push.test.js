import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { openDesk, signedIn } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
});
after(() => desk.stop());

/** The page of notices of a new account. @param {string} name */
function notify(name) {
  return signedIn(desk, `${name}@reader.example`, `/account/${desk.host.host}/notify`);
}

/**
 * A browser whose maker runs no push service that could be reached from here gets a stand-in: it
 * gives an address and keys as a real one does. The keys are those of RFC 8291.
 *
 * @param {Page} page
 */
async function withPushService(page) {
  await page.context().grantPermissions(['notifications'], { origin: desk.comments });
  await page.addInitScript(() => {
    const kept = 'stand-in';
    const given = () => ({
      endpoint: 'https://push.example/a-browser',
      options: {},
      toJSON: () => ({
        endpoint: 'https://push.example/a-browser',
        keys: {
          p256dh:
            'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
      }),
      unsubscribe: async () => localStorage.removeItem(kept),
    });
    Object.assign(PushManager.prototype, {
      subscribe: async (/** @type {{applicationServerKey: string}} */ { applicationServerKey }) => {
        localStorage.setItem(kept, applicationServerKey);
        return given();
      },
      getSubscription: async () => (localStorage.getItem(kept) ? given() : null),
    });
  });
  await page.reload();
}

/** Let the push service of the browser hand over `message`. @param {Page} page @param {unknown} message */
async function push(page, message) {
  // What comes before the worker is activated is lost.
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active && active.state !== 'activated') {
      await new Promise((resolve) => active.addEventListener('statechange', resolve, { once: true }));
    }
  });
  const session = await page.context().newCDPSession(page);
  const registered = new Promise((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registrations[0] && resolve(registrations[0].registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.deliverPushMessage', {
    origin: desk.comments,
    registrationId: /** @type {string} */ (await registered),
    data: JSON.stringify(message),
  });
}

/** The texts of the notices that the browser shows. @param {Page} page */
function shown(page) {
  return page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.getNotifications()).map(({ title, body, data }) => [title, body, data]);
  });
}

test('a browser is added with a click, shows what it is told, and is removed', async () => {
  const page = await notify('ann');
  await withPushService(page);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Tell me on this device' }).press('Enter');
  await page.getByText('(this browser)').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Tell me on this device' }).isHidden());
  const key = await page.locator('[data-key]').getAttribute('data-key');
  assert.equal(await page.evaluate(() => localStorage.getItem('stand-in')), key);
  await expectAccessible(page);

  const [url, tag] = [`${desk.host.origin}/story#comment-0000000000001`, 'one'];
  const told = { title: 'Bob replied', body: 'Yes <b>', url, tag, lang: 'en', dir: 'ltr' };
  await push(page, told);
  await until('the notice', async () => (await shown(page)).length > 0);
  await push(page, { ...told, body: 'Yes again' });
  await until('the newer one', async () => (await shown(page))[0]?.[1] === 'Yes again');
  assert.deepEqual(await shown(page), [['Bob replied', 'Yes again', url]]);

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Tell me on this device' }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem('stand-in')), null);
  expectQuiet(page);
});

test('a click opens the comment, and nothing that is no page', async () => {
  const page = await notify('bob');
  await withPushService(page);
  await page.getByRole('button', { name: 'Tell me on this device' }).click();
  await page.getByText('(this browser)').waitFor();
  const url = `${desk.host.origin}/story#comment-0000000000001`;
  await push(page, { title: 'A', body: '', url, tag: 'a', lang: 'en', dir: 'ltr' });
  await push(page, { title: 'B', body: '', url: 'javascript:alert(1)', tag: 'b', lang: 'en', dir: 'ltr' });
  await until('both notices', async () => (await shown(page)).length === 2);

  const [worker] = page.context().serviceWorkers();
  assert.ok(worker);
  const opened = await worker.evaluate(async () => {
    const scope = /** @type {any} */ (globalThis);
    /** @type {string[]} */
    const opened = [];
    scope.Clients.prototype.openWindow = async (/** @type {string} */ url) => opened.push(url);
    for (const notification of await scope.registration.getNotifications()) {
      /** @type {Promise<unknown>[]} */
      const waits = [];
      const event = new scope.NotificationEvent('notificationclick', { notification });
      event.waitUntil = (/** @type {Promise<unknown>} */ wait) => waits.push(wait);
      scope.dispatchEvent(event);
      await Promise.all(waits);
    }
    return opened;
  });

  assert.deepEqual(opened, [url]);
  assert.deepEqual(await shown(page), []);
});

test('a browser that does not allow it is told so, and one without script', async () => {
  const page = await notify('cleo');
  await page.addInitScript(() => {
    Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
  });
  await page.reload();
  await page.getByText('does not allow notices').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Tell me on this device' }).isHidden());
  await expectAccessible(page);

  const without = await open(page.context(), page.url(), { script: false });
  await without.getByText('Without JavaScript this browser cannot be added.').waitFor();
  assert.ok(await without.getByRole('button', { name: 'Tell me on this device' }).isHidden());
  await expectAccessible(without);
});

test('a browser that cannot show notices, or whose push service is away, says so', async () => {
  const page = await notify('dan');
  await page.context().grantPermissions(['notifications'], { origin: desk.comments });
  await page.addInitScript(() => {
    PushManager.prototype.subscribe = async () => {
      throw new DOMException('away', 'AbortError');
    };
  });
  await page.reload();
  await page.getByRole('button', { name: 'Tell me on this device' }).click();
  await page.getByText('push service did not answer').waitFor();
  await expectAccessible(page);

  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'PushManager');
  });
  await page.reload();
  await page.getByText('This browser cannot show notices.').waitFor();
});
