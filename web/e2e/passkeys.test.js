import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, watched } from './browser.js';
import { openDesk, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
});
after(() => desk.stop());

/** @typedef {import('./browser.js').Page} Page */

/**
 * A device that is built into the browser of `page`; its owner touches it at once.
 *
 * @param {Page} page
 */
async function withDevice(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  /** Whether its owner is known to it from now on. @param {boolean} isUserVerified */
  const know = (isUserVerified) =>
    session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  const credentials = async () =>
    (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  /** @param {Awaited<ReturnType<typeof credentials>>[number]} credential */
  const take = (credential) =>
    session.send('WebAuthn.addCredential', { authenticatorId, credential });
  return { know, credentials, take };
}

/** Where the link leads in the mail that was just sent, at the address of this machine that is walked. */
async function mailedLink() {
  const mail = await desk.rejoinder.mail();
  const link = /http\S+\/auth\/link\?[^\s"]+/.exec(mail)?.[0] ?? assert.fail(mail);
  const { pathname, search } = new URL(link);
  return desk.comments + pathname + search;
}

/** @param {string} to */
const door = (to) =>
  `${desk.comments}/auth/sign-in?${new URLSearchParams({ site: desk.host.host, to })}`;

/**
 * Sign in by mail, to the page of one's passkeys.
 *
 * @param {Page} page
 * @param {string} name
 */
async function signInByMail(page, name) {
  await page.locator('[name=email]').fill(`${name}@reader.example`);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.goto(await mailedLink());
  await page.locator('[name=name]').fill(name);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const home = () => `/account/${desk.host.host}/passkeys`;

test('a reader adds a passkey, signs in by it, removes it, and is refused', async () => {
  const page = await open(desk.browser, door(home()));
  const device = await withDevice(page);
  await expectAccessible(page);
  await signInByMail(page, 'ann');
  await page.waitForURL(`**${home()}`);
  await page.getByText('You have no passkey yet.').waitFor();
  await expectAccessible(page);

  await page.getByLabel('Name of the passkey').fill('My laptop');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('li b', { hasText: 'My laptop' }).waitFor();
  await expectAccessible(page);
  const [credential] = await device.credentials();
  assert.ok(credential?.isResidentCredential);
  assert.equal(credential.rpId, `comments.${desk.host.host}`);
  await page.getByLabel('Name of the passkey').fill('My laptop again');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('this device has a passkey for you already').waitFor();

  const signOut = async () => {
    await page.goto(door(home()));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(door(home()));
  };
  await signOut();
  await device.know(false);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('That was stopped.').waitFor();
  await expectAccessible(page);
  await device.know(true);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`**${home()}`);
  await page.getByText('last used').waitFor();

  await page.locator('summary').click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove this passkey' }).click();
  await page.getByText('You have no passkey yet.').waitFor();
  expectQuiet(page);
  await signOut();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('This passkey was not accepted.').waitFor();
  await expectAccessible(page);
});

test('the window signs an embedded page in by a passkey', async () => {
  const page = await open(desk.browser, door(home()));
  const device = await withDevice(page);
  await signInByMail(page, 'bob');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('li b', { hasText: 'This device' }).waitFor();
  const [credential] = await device.credentials();
  assert.ok(credential);

  const reader = await desk.read('by-passkey');
  const form = reader.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Half of a thought' });
  const opened = reader.waitForEvent('popup');
  await form.locator('[data-rj=enter]').click();
  const popup = watched(await opened);
  await popup.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
  await (await withDevice(popup)).take(credential);
  const closed = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await closed;

  await reader.getByText('You are signed in.').waitFor();
  await form.getByText('bob').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'Half of a thought');
  expectQuiet(reader);
});

test('without script no passkey is offered, and the page says why', async () => {
  const page = await open(desk.browser, door(home()), { script: false, width: 390 });
  assert.ok(await page.getByText('Sign in with a passkey').isHidden());
  await signInByMail(page, 'cleo');
  await page.getByText('Adding a passkey needs JavaScript.').waitFor();
  await expectAccessible(page);
});
