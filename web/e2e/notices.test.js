import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { openDesk, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
  desk.host.embed(desk.rejoinder.origin);
});
after(() => desk.stop());

/** The address of the page that the mail which was just sent leads to. @param {string} mail */
function managed(mail) {
  return /http\S+\/notices\/[^\s">]+/.exec(mail)?.[0] ?? assert.fail(mail);
}

test('a reader is told of replies by mail, and stops it with a button', async () => {
  const page = await desk.read('replies');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'What do you think?', name: 'Ann' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  const offer = page.locator('li form[data-offer]');
  await offer.waitFor();
  await expectAccessible(page);
  await offer.locator('[name=email]').fill('ann@reader.example');
  await offer.getByRole('button', { name: 'Email me replies' }).click();
  await page.getByText('open the link we’ve just sent you').waitFor();
  assert.equal(await offer.count(), 0);
  assert.match(await page.locator('[data-rj=comment]:focus').innerText(), /What do you think/);

  const link = managed(await desk.rejoinder.mail());
  const tab = await open(desk.browser, link, { script: false, width: 390 });
  await tab.getByText('replies to your comments').waitFor();
  await expectAccessible(tab);
  await tab.getByRole('button', { name: 'Confirm' }).click();
  await tab.getByText('Your address is confirmed.').waitFor();
  await expectAccessible(tab);

  const other = await desk.read('replies');
  await other.locator('[data-rj=reply]').first().click();
  const reply = other.locator('li form[data-rj=compose]');
  await write(reply, { text: 'A bridge is a *bridge*.', name: 'Bob' });
  await reply.locator('[data-rj=send]').click();
  await other.getByText('Your comment is posted.').waitFor();
  const mail = await desk.rejoinder.mail();
  assert.match(mail, /Subject: Bob replied/);
  assert.match(mail, /> A bridge is a bridge\./);
  assert.equal(managed(mail), link);

  await tab.getByRole('button', { name: 'Stop these emails' }).click();
  await tab.getByText('These emails have stopped').waitFor();
});

test('who wants no answers by mail is not asked again on this page', async () => {
  const page = await desk.read('declined');
  const form = page.locator('#compose');
  await write(form, { text: 'No mail, please.', name: 'Eva' });
  await form.locator('[data-rj=send]').click();
  const offer = page.locator('li form[data-offer]');

  await offer.getByRole('button', { name: 'No, thanks' }).click();
  await offer.waitFor({ state: 'detached' });
  await form.locator('textarea').fill('And once more.');
  await form.locator('[data-rj=send]').click();
  await page.locator('.rj-text', { hasText: 'And once more.' }).waitFor();
  await page.getByText('Your comment is posted.').waitFor();

  assert.equal(await offer.count(), 0);
});

test('above the thread one asks for all new comments by keyboard', async () => {
  const page = await desk.read('all');
  const control = page.locator('[data-rj=notify]');
  await control.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expectAccessible(page);
  await control.locator('[name=pace]').selectOption('daily');
  await control.locator('[name=email]').fill('cleo@reader.example');
  await page.keyboard.press('Enter');
  await page.getByText('open the link we’ve just sent you').waitFor();
  assert.ok(await control.locator('form').isHidden());
  assert.match(await desk.rejoinder.mail(), /To: cleo@reader\.example/);
});

test('it can be asked for without script', async () => {
  const query = new URLSearchParams({ site: desk.host.host, page: 'plain' });
  const page = await open(desk.browser, `${desk.rejoinder.origin}/embed?${query}`, {
    script: false,
    width: 390,
  });
  await page.locator('[data-rj=notify] summary').click();
  await expectAccessible(page);
  await page.locator('[data-rj=notify] [name=email]').fill('dan@reader.example');
  await page.getByRole('button', { name: 'Notify me' }).click();
  await page.getByText('open the link we’ve just sent you').waitFor();
  assert.match(await desk.rejoinder.mail(), /To: dan@reader\.example/);
});
