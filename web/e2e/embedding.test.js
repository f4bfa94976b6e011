import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { openDesk, storyAt, texts, thread, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

test('a thread is read and written under a strict policy with Trusted Types', async () => {
  await desk.post('strict', 'Read me');
  const page = await open(desk.browser, `${storyAt(desk.host.origin, 'strict')}&csp=strict`);
  await thread(page);
  await expectAccessible(page);

  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'And *write* me', name: 'Ann Lee' });
  await form.locator('[data-rj=preview]').click();
  await form.locator('[data-rj=shown] em').waitFor();
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  assert.deepEqual(await texts(page), ['And write me', 'Read me']);
  expectQuiet(page);
});

test('a site that keeps no cookie for the comments is read and written on as well', async () => {
  await desk.post('elsewhere', 'From here');
  // Under its own name the server is another site, and this browser takes no cookie of one.
  desk.host.embed(desk.rejoinder.origin);
  try {
    const page = await desk.read('elsewhere');
    await page.evaluate(() => {
      const { fetch } = window;
      window.fetch = (what, how) => fetch(what, { ...how, credentials: 'omit' });
    });
    const form = page.locator('#compose');
    await form.locator('textarea').click();
    await write(form, { text: 'From there', name: 'Ann Lee' });
    await form.locator('[data-rj=send]').click();
    await page.getByText('Your comment is posted.').waitFor();

    assert.deepEqual(await texts(page), ['From there', 'From here']);
    assert.deepEqual(await page.context().cookies(), []);
    expectQuiet(page);
  } finally {
    desk.host.embed(desk.comments);
  }
});

test('where third-party cookies are blocked the cookie is kept for the one site', async () => {
  desk.host.embed(desk.rejoinder.origin);
  try {
    const page = await desk.read('apart');
    const form = page.locator('#compose');
    await form.locator('textarea').click();
    await write(form, { text: 'Mine', name: 'Ann Lee' });
    await form.locator('[data-rj=send]').click();

    await page.locator('[data-rj=own]:not([hidden])').waitFor();
    const [cookie] = await page.context().cookies();
    assert.ok(cookie?.httpOnly && cookie.secure && cookie.partitionKey, JSON.stringify(cookie));
    expectQuiet(page);
  } finally {
    desk.host.embed(desk.comments);
  }
});

test('nothing is kept and nobody else is asked before the reader acts', async () => {
  const strange = 'https://stranger.example/x.png';
  await desk.post('quiet', `A [link](${strange}) and ![a picture](${strange})`);
  const page = await desk.read('quiet');

  await page.mouse.wheel(0, 600);
  await page.locator('article .rj-text').hover();

  assert.deepEqual(await page.context().cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  expectOnlyAsked(page, [desk.host.origin, desk.comments]);
  expectQuiet(page);
});

test('nothing that anyone types runs', async () => {
  const name = '"><img src=x onerror=alert(1)>';
  const text = `${name} <script>alert(2)</script> [x](javascript:alert(3)) <svg onload=alert(4)>`;
  const parent = await desk.post('hostile', text, { name });
  await desk.post('hostile', text, { name, parent });
  const page = await open(desk.browser, storyAt(desk.host.origin, 'hostile'));
  let nAlerts = 0;
  page.on('dialog', (dialog) => {
    nAlerts += 1;
    return dialog.dismiss();
  });
  await thread(page);

  await page.locator('[data-rj=collapse]').click();
  await page.locator('[data-rj=collapse]').click();
  await page.locator('[data-rj=reply]').first().click();
  await page.locator('li textarea').fill(text);
  await page.locator('li form [data-rj=preview]').click();
  await page.locator('li form [data-rj=shown]').waitFor();

  assert.equal(nAlerts, 0);
  assert.equal(await page.locator('img, article svg, a[href^="javascript:"]').count(), 0);
  expectOnlyAsked(page, [desk.host.origin, desk.comments]);
  expectQuiet(page);
});

test('two threads on a page are two', async () => {
  const pages = ['bridge', 'market'].map((name) => `two/${name}`);
  for (const key of pages) {
    await desk.post(key, `About ${key}`);
  }
  const page = await open(desk.browser, `${desk.host.origin}/two?page=two`);
  const [first, second] = [0, 1].map((n) => page.locator('rejoinder-thread').nth(n));
  assert.ok(first && second);
  await second.locator('[data-live]').waitFor();

  await second.locator('#compose textarea').click();
  await write(second.locator('#compose'), { text: 'On the second', name: 'Ann Lee' });
  await second.locator('[data-rj=send]').click();
  await second.getByText('Your comment is posted.').waitFor();

  assert.deepEqual(await first.locator('article .rj-text').allInnerTexts(), ['About two/bridge']);
  assert.equal(await second.locator('[data-rj=comment]').count(), 2);
  await expectAccessible(page);
  expectQuiet(page);
});

test('an app puts a thread in, moves it, changes its page and takes it out', async () => {
  await desk.post(`${desk.host.origin}/app/1`, 'On the first story');
  await desk.post(`${desk.host.origin}/app/2`, 'On the second story');
  const page = await open(desk.browser, `${desk.host.origin}/app`);
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => {
    if (request.url().includes('/embed/thread')) {
      asked.push(request.url());
    }
  });

  await page.click('#add');
  await page.getByText('On the first story').waitFor();
  await page.locator('#compose textarea').click();
  await page.locator('#compose textarea').fill('Half said');
  await page.click('#move');
  assert.equal(await page.locator('#second #compose textarea').inputValue(), 'Half said');
  assert.equal(asked.length, 1);

  await page.click('#next');
  await page.getByText('On the second story').waitFor();
  assert.equal(asked.length, 2);
  await page.click('#remove');
  await page.evaluate(() => (location.hash = 'comment-0000000000000'));
  await page.click('#add');
  await page.getByText('On the second story').waitFor();

  assert.deepEqual(await texts(page), ['On the second story']);
});

test('a page that loads the script twice, or changes its mind, gets one thread', async () => {
  await desk.post('twice', 'Once');
  const page = await open(desk.browser, storyAt(desk.host.origin, 'twice'));
  await thread(page);

  await page.evaluate(async (origin) => {
    const script = document.createElement('script');
    script.src = `${origin}/embed.js`;
    await new Promise((resolve) => {
      script.onload = resolve;
      document.head.append(script);
    });
  }, desk.comments);

  assert.deepEqual(await texts(page), ['Once']);
  expectQuiet(page);
});

test('the page is told what happens', async () => {
  const page = await open(desk.browser, `${desk.host.origin}/app`);
  await page.evaluate(() => {
    const told = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { told });
    for (const name of ['ready', 'posted', 'voted', 'deleted']) {
      document.addEventListener(`rejoinder:${name}`, () => told.push(name));
    }
  });

  await page.click('#add');
  await thread(page);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Hear, hear', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  const told = await page.evaluate(() => /** @type {any} */ (globalThis).told);
  assert.deepEqual(told, ['ready', 'posted']);
});
