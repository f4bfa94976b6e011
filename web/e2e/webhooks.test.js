import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, startBrowser } from './browser.js';
import { startPaper, until } from './harness.js';

/** @typedef {{headers: import('node:http').IncomingHttpHeaders, body: string}} Message */

/** @type {Message[]} */
const messages = [];
/** What the receiver answers. */
let answer = 204;
const receiver = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text));
  request.on('end', () => {
    messages.push({ headers: request.headers, body });
    response.writeHead(answer).end();
  });
});
/** @type {string} Where the receiver listens. */
let place;
/** @type {Awaited<ReturnType<typeof startPaper>>} */
let paper;
/** @type {import('./browser.js').Browser} */
let browser;
/** @type {import('./browser.js').BrowserContext} Where the owner is signed in. */
let olga;

before(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  assert.ok(address !== null && typeof address === 'object');
  place = `127.0.0.1:${address.port}`;
  [browser, paper] = await Promise.all([
    startBrowser(),
    startPaper({ REJOINDER_REACHABLE: `webhooks=${place}` }),
  ]);
  const { host, rejoinder } = paper;
  const added = await rejoinder.cli('staff', 'add', 'olga@paper.example', '--site', host.host, '--role', 'owner');
  const path = /\/auth\/sign-in\S+/.exec(added)?.[0] ?? assert.fail(added);
  const page = await open(browser, rejoinder.origin + path);
  olga = page.context();
  await page.locator('input[name=name]').fill('Olga');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.includes('sign-in') || url.search === '');
  await page.close();
});

after(async () => {
  await browser.close();
  await paper.stop();
  receiver.close();
});

test('an owner without script adds an address, and it is told what happens', async () => {
  const page = await open(olga, all(), { script: false });
  await expectAccessible(page);
  await page.getByLabel('Address').fill('http://127.0.0.1:1/');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('the host is a numeric address').waitFor();
  await expectAccessible(page);
  await page.getByLabel('Address').fill(`http://${place}/in`);
  await page.getByRole('button', { name: 'Add' }).click();
  const secret = await page.getByLabel('Secret').inputValue();
  await expectAccessible(page);

  await post('Good morning');
  await until('the message', () => messages.length === 1);

  const told = messages[0] ?? assert.fail();
  assert.equal(JSON.parse(told.body).data.comment.html, '<p>Good morning</p>');
  assert.equal(told.headers['webhook-signature'], signed(secret, told));
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.getByText('Delivered', { exact: true }).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: /Send again evt_/ }).click();
  await page.getByText('It will be sent again shortly.').waitFor();
  await until('the message again', () => messages.length === 2);
  assert.equal(messages[1]?.headers['webhook-id'], told.headers['webhook-id']);
  await page.close();
});

test('a message that fails is tried again, and both secrets sign while they change', async () => {
  const page = await open(olga, all());
  await page.getByRole('cell', { name: place }).getByRole('link').click();
  await page.getByRole('button', { name: 'Make a new secret' }).click();
  const secret = await page.getByLabel('Secret').inputValue();
  await page.getByRole('link', { name: 'Go on' }).click();
  messages.length = 0;
  answer = 500;

  await post('Something went wrong');
  await until('the first attempt', () => messages.length === 1);
  answer = 204;
  await until('the second attempt', () => messages.length === 2);

  const [first, second] = messages;
  assert.ok(first && second);
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
  const signatures = String(second.headers['webhook-signature']).split(' ');
  assert.equal(signatures.length, 2);
  assert.ok(signatures.includes(signed(secret, second)));
  await page.reload();
  await expectAccessible(page);
  expectQuiet(page);
  await page.close();
});

/** The page with all addresses. */
function all() {
  return `${paper.rejoinder.origin}/admin/${paper.host.host}/webhooks`;
}

/** @param {string} text */
async function post(text) {
  const answered = await fetch(`${paper.rejoinder.origin}/api/v1/comments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: paper.host.origin },
    body: JSON.stringify({ site: paper.host.host, page: 'story', text, name: 'Ann' }),
  });
  assert.equal(answered.status, 201, await answered.text());
}

/**
 * What a message's signature has to be, by the rules and not by our code.
 *
 * @param {string} secret
 * @param {Message} message
 */
function signed(secret, { headers, body }) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
