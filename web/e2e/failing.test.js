import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { openDesk, texts } from './paper.js';

/** @typedef {import('./browser.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

/** Put in a thread. @param {Page} page @param {Record<string, string>} attributes */
async function put(page, attributes) {
  await page.evaluate((attributes) => {
    const thread = document.createElement('rejoinder-thread');
    Object.entries(attributes).forEach(([name, value]) => thread.setAttribute(name, value));
    document.querySelector('main')?.append(thread);
  }, attributes);
  return page.locator('rejoinder-thread');
}

/** What the console calls an error. @param {Page} page */
function complaintsOf(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return complaints;
}

test('a thread that cannot be loaded says so, and is loaded when it is tried again', async () => {
  await desk.post('again', 'Here after all');
  const page = await open(desk.browser, `${desk.host.origin}/empty`);
  await page.route('**/embed/thread?*', (route) => route.abort());
  const thread = await put(page, { site: desk.host.host, page: 'again' });
  await thread.getByText('The comments could not be loaded.').waitFor();
  await expectAccessible(page);

  const button = thread.getByRole('button', { name: 'Try again' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => {
    const root = document.querySelector('rejoinder-thread')?.shadowRoot;
    return root?.activeElement?.localName === 'button';
  });
  await page.unroute('**/embed/thread?*');
  await page.keyboard.press('Enter');
  await thread.getByText('Here after all').waitFor();

  assert.equal(await thread.getByRole('alert').count(), 0);
  await page.waitForFunction(() => {
    const root = document.querySelector('rejoinder-thread')?.shadowRoot;
    return root?.activeElement?.matches('[data-rj=thread]');
  });
});

test('a reader who was offline gets the thread once they are back', async () => {
  await desk.post('back', 'Welcome back');
  const page = await open(desk.browser, `${desk.host.origin}/empty`);
  await page.context().setOffline(true);
  const thread = await put(page, { site: desk.host.host, page: 'back' });
  await thread.getByText('The comments could not be loaded.').waitFor();

  await page.context().setOffline(false);

  await thread.getByText('Welcome back').waitFor();
  assert.equal(await thread.getByRole('alert').count(), 0);
});

test('what the page put into the element stays while there is no thread', async () => {
  const page = await open(desk.browser, `${desk.host.origin}/empty`);
  await page.route('**/embed/thread?*', (route) => route.abort());
  await page.evaluate((site) => {
    document.querySelector('main')?.insertAdjacentHTML(
      'beforeend',
      `<rejoinder-thread site="${site}" page="kept"><a href="/comments">Comments</a></rejoinder-thread>`,
    );
  }, desk.host.host);
  const thread = page.locator('rejoinder-thread');
  await thread.getByText('The comments could not be loaded.').waitFor();

  assert.ok(await thread.getByRole('link', { name: 'Comments' }).isVisible());
});

test('a publisher is told in the page what is wrong with it', async () => {
  const page = await open(desk.browser, `${desk.host.origin}/empty`);

  const wrong = await put(page, { site: 'wrong.example', page: 'a' });
  await wrong.getByText('this server has no site “wrong.example”').waitFor();
  await expectAccessible(page);
  await wrong.evaluate((it) => it.remove());

  const elsewhere = await put(page, { site: desk.host.host, page: 'https://elsewhere.example/a' });
  await elsewhere.getByText('is on a host that is no part of the site').waitFor();
  await elsewhere.evaluate((it) => it.remove());

  await desk.rejoinder.cli('site', 'add', 'other.example', '--origin', 'https://other.example');
  const unlisted = await put(page, { site: 'other.example', page: 'a' });
  await unlisted.getByText(`does not list the origin ${desk.host.origin}`).waitFor();
});

test('readers of a page that no site lists are not told what its publisher can do', async () => {
  const { port } = new URL(desk.host.origin);
  const page = await open(desk.browser, `http://elsewhere.test:${port}/empty`);
  const complaints = complaintsOf(page);

  const thread = await put(page, { site: desk.host.host, page: 'a' });
  await thread.getByText('The comments could not be loaded.').waitFor();
  while (!complaints.some((complaint) => complaint.includes('does not list the origin'))) {
    await page.waitForEvent('console');
  }

  assert.equal(await thread.getByText('publisher').count(), 0);
});

test('a thread whose script cannot be loaded can still be read', async () => {
  await desk.post('lifeless', 'Read me anyway');
  const page = await open(desk.browser, `${desk.host.origin}/empty`);
  await page.route('**/static/thread.js?*', (route) => route.abort());
  const thread = await put(page, { site: desk.host.host, page: 'lifeless' });
  await thread.getByText('The comments could not be loaded.').waitFor();

  assert.deepEqual(await texts(page), ['Read me anyway']);
});

for (const [lost, what] of [
  ['controls', 'what tells which script does what'],
  ['reply', 'the script of a control'],
  ['compose', 'a script that this one needs itself'],
]) {
  test(`${what} could not be loaded, and is when the control is used again`, async () => {
    const id = await desk.post(`no-${lost}`, 'Answer me');
    const page = await open(desk.browser, `${desk.host.origin}/empty`);
    const script = `**/static/${lost}.js?*`;
    await page.route(script, (route) => route.abort());
    const thread = await put(page, { site: desk.host.host, page: `no-${lost}` });
    const reply = thread.locator(`[data-id="${id}"] [data-rj=reply]`);
    await reply.click();
    await thread.getByText('Comments are unavailable right now.').first().waitFor();

    await page.unroute(script);
    await reply.click();

    await thread.locator('textarea:focus').waitFor();
  });
}
