import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, watched } from './browser.js';
import { openDesk, storyAt, texts, thread, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
  // Under its own name the server is another site, whose cookies the paper's pages do not have.
  desk.host.embed(desk.rejoinder.origin);
});
after(() => desk.stop());

/** The address of the link in the mail that was just sent. */
async function mailedLink() {
  const mail = await desk.rejoinder.mail();
  return /http\S+\/auth\/link\?[^\s"]+/.exec(mail)?.[0] ?? assert.fail(mail);
}

test('a reader signs in in a window, with third-party cookies blocked, and keeps the draft', async () => {
  const page = await desk.read('window');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'As a guest', name: 'Guest' });
  await form.locator('[data-rj=send]').click();
  await page.locator('[data-rj=own]:not([hidden])').waitFor();
  await form.locator('textarea').click();
  await write(form, { text: 'Half of a thought' });

  const opened = page.waitForEvent('popup');
  await form.locator('[data-rj=enter]').click();
  const popup = watched(await opened);
  await popup.locator('[name=email]').fill('ann@reader.example');
  await expectAccessible(popup);
  await popup.getByRole('button', { name: 'Send me a link' }).click();
  await popup.getByText('Check your email').waitFor();
  await expectAccessible(popup);
  const closed = popup.waitForEvent('close');
  const tab = await open(page.context(), await mailedLink());
  await expectAccessible(tab);
  await tab.locator('[name=name]').fill('Ann Lee');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await expectAccessible(tab);
  await closed;

  await page.getByText('You are signed in.').waitFor();
  await form.getByText('Ann Lee').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'Half of a thought');
  assert.ok(await form.locator('[name=name]').isHidden());
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  await expectAccessible(page);
  expectQuiet(page);
  const again = await open(desk.browser, storyAt(desk.host.origin, 'window'));
  await thread(again);
  assert.deepEqual(await texts(again), ['Half of a thought', 'As a guest']);
  assert.deepEqual(await again.locator('[data-rj=name]').allInnerTexts(), ['Ann Lee', 'Ann Lee']);

  const menu = page.locator('[data-rj=me]');
  await menu.locator('summary').click();
  await menu.getByRole('link', { name: 'Your account' }).waitFor();
  assert.match(await menu.locator('summary').innerText(), /^A\s+Ann Lee$/);
  await expectAccessible(page);

  await form.locator('textarea').click();
  await form.getByRole('button', { name: 'Sign out' }).click();
  await form.getByText('Guest').waitFor();
  assert.ok(await menu.isHidden());
  await tab.reload();
  await tab.getByRole('heading', { name: 'Sign in to' }).waitFor();
});

test('what is pressed in a form that has yet to come to life is not lost', async () => {
  const page = await open(desk.browser, 'about:blank');
  let release = () => {};
  /** @type {Promise<void>} */
  const released = new Promise((resolve) => (release = resolve));
  let n_held = 0;
  await page.route(/compose/, async (route) => {
    n_held += 1;
    await released;
    await route.continue();
  });
  await page.goto(storyAt(desk.host.origin, 'early'));
  await thread(page);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  const opened = page.waitForEvent('popup');
  await form.locator('[data-rj=enter]').click();
  await (await opened).locator('[name=email]').waitFor();

  await form.locator('textarea').click();
  await write(form, { text: 'In a hurry' });
  await form.locator('[data-rj=send]').click();
  assert.notEqual(n_held, 0);
  release();
  await form.locator('[name=name]').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'In a hurry');
});

test('a page of another origin is told nothing', async () => {
  const page = await desk.read('alone');
  const query = new URLSearchParams({ site: desk.host.host, origin: 'https://evil.example' });
  const opened = page.waitForEvent('popup');
  await page.evaluate(
    (url) => void window.open(url),
    `${desk.rejoinder.origin}/auth/sign-in?${query}`,
  );
  const popup = await opened;
  await popup.locator('[name=email]').waitFor();

  assert.equal(await popup.locator('[name=origin]').count(), 0);
});

test('signing in needs no script, and another browser asks for the code', async () => {
  const { origin } = desk.rejoinder;
  const to = `/embed?${new URLSearchParams({ site: desk.host.host, page: 'plain' })}`;
  const query = new URLSearchParams({ site: desk.host.host, to });
  const page = await open(desk.browser, `${origin}/auth/sign-in?${query}`, { script: false });
  await page.locator('[name=email]').fill('bob@reader.example');
  await page.getByRole('button', { name: 'Send me a link' }).click();
  const code = await page.locator('.rj-code').innerText();
  const phone = await open(desk.browser, await mailedLink(), { script: false, width: 390 });
  await expectAccessible(phone);
  const enter = async (/** @type {string} */ typed) => {
    await phone.locator('[name=code]').fill(typed);
    await phone.locator('[name=name]').fill('Bob');
    await phone.getByRole('button', { name: 'Sign in' }).click();
  };

  await enter('000 001');
  await phone.getByText('That is not the code').waitFor();
  await expectAccessible(phone);
  await enter(code);

  await phone.waitForURL(`${origin}${to}`);
});

test('an account has its own pages, which need no script', async () => {
  const { origin } = desk.rejoinder;
  const home = `/account/${desk.host.host}`;
  const query = new URLSearchParams({ site: desk.host.host, to: home });
  const page = await open(desk.browser, `${origin}/auth/sign-in?${query}`, { script: false });
  await page.locator('[name=email]').fill('cleo@reader.example');
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.goto(await mailedLink());
  await page.locator('[name=name]').fill('Cleo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${origin}${home}`);
  await page.getByText('You have not written anything here yet.').waitFor();
  await expectAccessible(page);

  const thread = new URLSearchParams({ site: desk.host.host, page: 'cleo' });
  await page.goto(`${origin}/embed?${thread}`);
  await page.locator('textarea[name=text]').fill('A thought of Cleo');
  await page.locator('[name=name]').fill('Cleo');
  await page.locator('[data-rj=send]').click();
  await page.getByText('A thought of Cleo').waitFor();
  await page.goto(`${origin}${home}`);
  await page.getByText('A thought of Cleo').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Replies' }).click();
  await page.getByText('Nobody has replied to you yet.').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await expectAccessible(page);

  await page.locator('[name=name]').fill('Cleo Moss');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('[name=name][value="Cleo Moss"]').waitFor();
  await page.getByLabel('I want my account to be deleted').check();
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText('Your account will be deleted after').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep my account' }).click();
  await page.getByRole('button', { name: 'Delete my account' }).waitFor();
});
