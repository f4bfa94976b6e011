import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { openDesk, sign, storyAt, texts, thread, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

test('what is written in, formatted, previewed and sent with is one card', async () => {
  const page = await desk.read('card');
  const box = page.locator('#compose .rj-box');
  await box.locator('textarea').click();
  await box.locator('[data-rj=send]').waitFor();
  await box.getByRole('button', { name: 'Bold' }).waitFor();
  await expectAccessible(page);

  await box.locator('textarea').fill('Some **thing**');
  await box.locator('[data-rj=preview]').click();
  await box.locator('[data-rj=write]:focus').waitFor();
  assert.equal(await box.locator('[data-rj=shown]').innerText(), 'Some thing');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await box.locator('textarea:focus').waitFor();
});

test('Esc closes a form in which nothing is written', async () => {
  await desk.post('esc', 'Reply to me');
  const page = await desk.read('esc');
  await page.locator('[data-rj=reply]').click();
  await page.locator('li textarea:focus').waitFor();

  await page.keyboard.press('Escape');

  await page.locator('li form[data-rj=compose]').waitFor({ state: 'detached' });
  await page.locator('[data-rj=reply]:focus').waitFor();
});

test('Esc asks before what is written goes, and leaves it or takes it', async () => {
  await desk.post('asks', 'Reply to me');
  const page = await desk.read('asks');
  await page.locator('[data-rj=reply]').click();
  const form = page.locator('li form[data-rj=compose]');
  await form.locator('textarea').fill('A long thought');

  await page.keyboard.press('Escape');
  await form.locator('[data-rj=keep_writing]:focus').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await form.locator('textarea:focus').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'A long thought');
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Discard', exact: true }).click();
  await form.waitFor({ state: 'detached' });

  await page.reload();
  await thread(page);
  assert.equal(await form.count(), 0);
  expectQuiet(page);
});

test('Esc closes whatever was opened, and goes on where that was', async () => {
  await desk.post('everywhere', 'Flag me');
  const page = await desk.read('everywhere');
  await page.locator('[data-rj=flag]').click();
  await page.locator('[data-rj=flag_form]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-rj=flag_form]').waitFor({ state: 'detached' });
  await page.locator('[data-rj=flag]:focus').waitFor();

  await page.locator('[data-rj=notify] summary').click();
  await page.locator('[data-rj=notify] [name=pace]').focus();
  await page.keyboard.press('Escape');
  await page.locator('[data-rj=notify] summary:focus').waitFor();
  assert.ok(await page.locator('[data-rj=notify] form').isHidden());

  const form = page.locator('#compose');
  await write(form, { text: 'Mine, for now', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  await page.locator('[data-rj=own]:not([hidden]) [data-rj=delete]').click();
  await page.locator('[data-rj=keep]:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-rj=delete]:focus').waitFor();
  assert.equal((await texts(page)).length, 2);

  await page.locator('[data-rj=own]:not([hidden]) [data-rj=edit]').focus();
  await page.keyboard.press('Enter');
  await page.locator('form[data-rj=edit] textarea:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('a[data-rj=edit]:focus').waitFor();
});

test('on a phone what sends a comment stays above the keyboard', async () => {
  const page = await open(desk.browser, `${desk.host.origin}/empty`, { width: 390, height: 844 });
  const height = 420;
  await page.addInitScript((height) => {
    const view = new EventTarget();
    Object.assign(view, { offsetTop: 0, offsetLeft: 0, scale: 1, width: 390, height });
    Object.defineProperty(window, 'visualViewport', { value: view });
  }, height);
  for (let n = 0; n < 6; n += 1) {
    await desk.post('phone-keys', `Comment ${n}`);
  }
  await page.goto(storyAt(desk.host.origin, 'phone-keys'));
  await thread(page);
  await page.locator('[data-rj=reply]').nth(2).tap();
  const form = page.locator('li form[data-rj=compose]');
  await form.locator('textarea').fill('A line\n'.repeat(30));

  await until('Post to be above the keyboard', async () => {
    const box = await form.locator('[data-rj=send]').boundingBox();
    return box !== null && box.y > 0 && box.y + box.height <= height;
  });
});

test('on a phone what sends a comment stays where it is while the form comes to life', async () => {
  await desk.post('still', 'Here');
  const page = await desk.read('still', { width: 390 });
  /** @type {(value?: unknown) => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/compose.js*', async (route) => {
    await held;
    await route.continue();
  });
  const box = page.locator('#compose .rj-box');
  await page.locator('[data-rj=link]').first().waitFor();
  await box.locator('textarea').tap();
  const before = await box.locator('[data-rj=send]').boundingBox();
  assert.ok(await box.getByRole('button', { name: 'Bold' }).isHidden());

  release();
  await box.getByRole('button', { name: 'Bold' }).waitFor();

  assert.deepEqual(await box.locator('[data-rj=send]').boundingBox(), before);
});

test('whoever is asked whether to delete reads the question on one line, on a phone, too', async () => {
  const page = await desk.read('asked', { width: 390 });
  const form = page.locator('#compose');
  await write(form, { text: 'Mine', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').tap();
  await page.getByText('Your comment is posted.').waitFor();

  await page.locator('[data-rj=own]:not([hidden]) [data-rj=delete]').tap();

  await page.locator('[data-rj=keep]:focus').waitFor();
  const height = await page.locator('.rj-quiet:has([data-rj=keep])').evaluate((quiet) => quiet.getBoundingClientRect().height);
  assert.ok(height < 40, `${height}`);
  assert.ok(await page.locator('[data-rj=link]').isHidden());
  await page.keyboard.press('Escape');
  await page.locator('[data-rj=link]').waitFor();
  await expectAccessible(page);
});

test('a website is asked for only where the owner wants it', async () => {
  const { rejoinder, host } = desk;
  const plain = await open(desk.browser, desk.embed('site'), { script: false });
  assert.equal(await plain.locator('[name=website]').count(), 0);
  await rejoinder.cli('site', 'set', host.host, 'website', 'optional');
  const asks = async () => {
    const query = new URLSearchParams({ site: host.host, page: 'site' });
    const answer = await fetch(`${rejoinder.origin}/embed/thread?${query}`);
    return (await answer.text()).includes('name="website"');
  };
  await until('a website to be asked for', asks);

  const page = await desk.read('site');
  const form = page.locator('#compose');
  await write(form, { text: 'With a site' });
  await sign(form, 'Ann Lee');
  await form.locator('[name=website]').fill('https://ann.example/');
  await expectAccessible(page);
  await form.locator('[data-rj=send]').click();

  await page.locator('a.rj-name[href="https://ann.example/"]').waitFor();
});
