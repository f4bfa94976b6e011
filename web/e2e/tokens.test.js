import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { openDesk } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** What the paper signs with. */
let secret = '';

before(async () => {
  desk = await openDesk();
  const { rejoinder, host } = desk;
  const said = await rejoinder.cli('staff', 'add', 'olga@paper.example', '--site', host.host, '--role', 'owner');
  const path = /\/auth\/sign-in\S+/.exec(said)?.[0] ?? assert.fail(said);
  const page = await open(desk.browser, rejoinder.origin + path, { script: false });
  await page.locator('[name=name]').fill('Olga');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).or(page.getByText('Olga')).first().waitFor();
  await page.goto(`${rejoinder.origin}/admin/${host.host}/sign-in-keys`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create a secret' }).click();
  secret = await page.getByLabel('The new secret').inputValue();
  await expectAccessible(page);
});
after(() => desk.stop());

/** @param {object} claims */
function signed(claims) {
  const now = Math.floor(Date.now() / 1000);
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat: now, exp: now + 300, ...claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

test('a user of the paper writes under their own name, until the paper signs them out', async () => {
  const page = await desk.read('tokens');
  const element = page.locator('rejoinder-thread');
  const carry = (/** @type {string} */ token) =>
    element.evaluate((thread, value) => thread.setAttribute('token', value), token);
  const form = page.locator('#compose');

  await carry(signed({ sub: 'reader-17', name: 'Cleo Fir' }));
  await form.locator('textarea').click();
  await form.getByText('Cleo Fir').waitFor();
  await expectAccessible(page);
  await form.locator('textarea').fill('In my own name');
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  assert.equal(await page.locator('article [data-rj=name]').innerText(), 'Cleo Fir');

  await carry('');
  await page.getByText('You are signed out.').waitFor();
  assert.equal(await page.locator('[data-rj=own]:not([hidden])').count(), 0);
  expectQuiet(page);
});
