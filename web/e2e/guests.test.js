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

test('a guest sees from the form what is kept of them, with third-party cookies blocked, and deletes it', async () => {
  const page = await desk.read('kept');
  const form = page.locator('#compose');
  await form.locator('textarea').click();
  await write(form, { text: 'Of a guest', name: 'Zanzibar' });
  await form.locator('[data-rj=send]').click();
  await page.locator('[data-rj=own]:not([hidden])').waitFor();
  await form.locator('textarea').click();

  const opened = page.waitForEvent('popup');
  await form.locator('[data-rj=kept]').click();
  const kept = watched(await opened);
  await kept.getByRole('heading', { name: 'You wrote as' }).waitFor();
  await kept.getByText('Of a guest').waitFor();
  await expectAccessible(kept);
  const download = kept.waitForEvent('download');
  await kept.getByRole('link', { name: 'Download' }).click();
  assert.equal((await download).suggestedFilename(), 'comments.json');
  await kept.getByRole('button', { name: 'Delete everything' }).click();
  await kept.getByRole('button', { name: 'Yes, delete it now' }).waitFor();
  await expectAccessible(kept);
  await kept.getByRole('button', { name: 'Yes, delete it now' }).click();
  await kept.getByText('Everything is deleted.').waitFor();
  await expectAccessible(kept);
  expectQuiet(kept);

  const again = await open(desk.browser, storyAt(desk.host.origin, 'kept'));
  await thread(again);
  assert.deepEqual(await texts(again), []);
});
