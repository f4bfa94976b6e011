import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk, signedIn, texts, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
});
after(() => desk.stop());

test('the bell tells an account of a reply, until it was opened', async () => {
  const home = new URL(desk.embed('bell'));
  const page = await signedIn(desk, 'ann@reader.example', home.pathname + home.search);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'What do you think?' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  const bell = page.locator('[data-rj=bell]');
  const id = (await page.locator('[data-id]').first().getAttribute('data-id')) ?? '';
  await desk.post('bell', 'A *good* question', { name: 'Bob', parent: id });

  await page.reload();
  await page.getByText('1 new notice').waitFor();
  await expectAccessible(page);
  await bell.focus();
  await page.keyboard.press('Enter');
  const list = page.locator('[data-rj=notices]');
  await list.getByText('Bob replied on').waitFor();
  await list.getByText('A good question').waitFor();
  await bell.getByText('Notices', { exact: true }).waitFor();
  assert.equal(await bell.getAttribute('aria-expanded'), 'true');
  await expectAccessible(page);
  await bell.click();
  await list.waitFor({ state: 'detached' });

  await page.reload();
  await bell.waitFor();
  assert.equal(await bell.innerText(), 'Notices');
  assert.equal((await texts(page)).length, 2);
  expectQuiet(page);

  const phone = await open(page.context(), await bell.evaluate((a) => a.getAttribute('href') ?? ''));
  await phone.getByText('Bob replied on').waitFor();
  await expectAccessible(phone);
});

test('the bell hears of a reply while the page is open', async () => {
  const home = new URL(desk.embed('open'));
  const page = await signedIn(desk, 'eve@reader.example', home.pathname + home.search);
  await page.clock.install();
  await page.reload();
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Is anybody there?' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  const id = (await page.locator('[data-id]').first().getAttribute('data-id')) ?? '';
  await desk.post('open', 'I am', { name: 'Bob', parent: id });
  await page.locator('[data-rj=fresh]').waitFor();
  assert.equal(await page.locator('[data-rj=bell]').innerText(), 'Notices');

  await page.clock.fastForward('00:40');

  await page.getByText('1 new notice').waitFor();
});

test('a guest sees no bell', async () => {
  await desk.post('guest', 'Hello');
  const page = await desk.read('guest');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'As a guest', name: 'Guest' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  assert.ok(await page.locator('[data-rj=bell]').isHidden());
});
