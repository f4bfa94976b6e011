import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, watched } from './browser.js';
import { colleague, openDesk, write } from './paper.js';

const CLIENT = { client_id: 'rejoinder', client_secret: 'a secret of the test provider' };

/** @typedef {import('./browser.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;
const provider = createServer();
/** The provider's address. */
let issuer = '';

before(async () => {
  await new Promise((resolve) => provider.listen(0, '127.0.0.1', () => resolve(null)));
  const address = provider.address();
  assert.ok(address !== null && typeof address === 'object');
  const place = `127.0.0.1:${address.port}`;
  issuer = `http://${place}`;
  desk = await openDesk({ REJOINDER_REACHABLE: `sign-in=${place}` });
  // Under its own name the server is another site, whose cookies the paper's pages do not have.
  desk.host.embed(desk.rejoinder.origin);
  await provide(`${desk.rejoinder.origin}/auth/openid/callback/${desk.host.host}`);
});
after(async () => {
  await desk.stop();
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
});

/**
 * Let the provider answer as oidc-provider does, which has no types.
 *
 * @param {string} redirect
 */
async function provide(redirect) {
  const { default: Provider } = await import(/** @type {string} */ ('oidc-provider'));
  const running = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirect] }],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    cookies: { keys: ['of the test'] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
    pkce: { required: () => true },
    findAccount: (/** @type {unknown} */ _, /** @type {string} */ id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: id === 'ann' ? 'Ann Lee' : id,
        email: `${id}@reader.example`,
        email_verified: true,
      }),
    }),
  });
  provider.on('request', running.callback());
}

/**
 * The provider's pages ask for a font from elsewhere.
 *
 * @param {Page} page
 */
async function keepInside(page) {
  await page.context().route(/googleapis/, (route) => route.abort());
}

/**
 * Sign in at the provider, and allow what is asked.
 *
 * @param {Page} page
 * @param {string} login
 */
async function allow(page, login) {
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('an owner adds a provider on a phone', async () => {
  const { rejoinder, host } = desk;
  const page = await colleague(desk, 'Olga', 'owner', { origin: rejoinder.origin, width: 390 });
  await page.goto(`${rejoinder.origin}/admin/${host.host}/openid`);
  await expectAccessible(page);
  const redirect = page.getByLabel('Where the provider sends readers back to.');
  assert.equal(await redirect.inputValue(), `${rejoinder.origin}/auth/openid/callback/${host.host}`);
  await page.getByLabel('Name on the button').fill('Quill');
  await page.getByLabel('Address of the provider').fill(`${issuer}/nowhere`);
  await page.getByLabel('Client ID').fill(CLIENT.client_id);
  await page.getByLabel('Client secret').fill(CLIENT.client_secret);
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('alert').getByText('This address cannot be used').waitFor();
  await expectAccessible(page);

  await page.getByLabel('Address of the provider').fill(issuer);
  await page.getByLabel('Client secret').fill(CLIENT.client_secret);
  await page.getByRole('button', { name: 'Add it' }).click();

  await page.getByText('Provider added. Readers can sign in with it.').waitFor();
  await page.getByRole('cell', { name: 'Quill', exact: true }).waitFor();
  await expectAccessible(page);
});

test('a reader signs in at a provider, with third-party cookies blocked, and keeps the draft', async () => {
  const page = await desk.read('window');
  await keepInside(page);
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Half of a thought' });

  const opened = page.waitForEvent('popup');
  await form.locator('[data-rj=enter]').click();
  const popup = watched(await opened);
  await popup.getByRole('button', { name: 'Sign in with Quill' }).waitFor();
  await expectAccessible(popup);
  const closed = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Sign in with Quill' }).click();
  await allow(popup, 'ann');
  await closed;

  await page.getByText('You are signed in.').waitFor();
  await form.getByText('Ann Lee').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'Half of a thought');
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  expectQuiet(page);
});

test('signing in at a provider needs no script, and one can change their mind there', async () => {
  const { origin } = desk.rejoinder;
  const to = `/account/${desk.host.host}`;
  const query = new URLSearchParams({ site: desk.host.host, to });
  const page = await open(desk.browser, `${origin}/auth/sign-in?${query}`, { script: false });
  await keepInside(page);
  await page.getByRole('button', { name: 'Sign in with Quill' }).click();
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.getByText('You told Quill not to sign you in here.').waitFor();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Back to signing in' }).click();
  await page.getByRole('button', { name: 'Sign in with Quill' }).click();
  await allow(page, 'bob');

  await page.waitForURL(origin + to);
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await page.locator('[name=name][value=bob]').waitFor();
});
