import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { colleague, openDesk, storyAt, texts, thread } from './paper.js';
import { until } from './harness.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').BrowserContext} Where a moderator is signed in. */
let kim;

before(async () => {
  desk = await openDesk();
  const page = await colleague(desk, 'Kim', 'moderator');
  kim = page.context();
  await page.close();
});
after(() => desk.stop());

test('each notice undoes its own decision, or says that a newer one stands', async () => {
  const ids = [await desk.post('each', 'One thought'), await desk.post('each', 'Two thoughts')];
  for (const id of ids) {
    await desk.shows('each', id);
  }
  const page = await open(kim, storyAt(desk.host.origin, 'each'));
  await thread(page);
  const notices = page.locator('.rj-notice');
  const undo = /** @type {import('playwright-core').Locator[]} */ ([]);
  for (const id of ids) {
    const comment = page.locator(`[data-rj=comment][data-id="${id}"]`);
    await comment.locator('[data-rj=moderate]').click();
    await comment.getByRole('button', { name: 'Spam' }).click();
    await until('the notice', async () => (await notices.count()) === undo.length + 1);
    const decision = await page.locator('.rj-notice:focus-within').getAttribute('data-decision');
    undo.push(page.locator(`.rj-notice[data-decision="${decision}"] button`));
  }

  await undo[0]?.click();

  await page.getByText('One thought').waitFor();
  assert.deepEqual(await texts(page), ['One thought']);
  const staff = await open(kim, `${desk.comments}/moderate/${desk.host.host}/comments/${ids[1]}`);
  await staff.getByRole('button', { name: /^Reject/ }).first().click();
  await staff.getByText('Rejected').first().waitFor();
  await undo[1]?.click();
  await page.locator('[data-rj=status]').getByText('Someone has made a newer decision.').waitFor();
  assert.equal(await notices.count(), 1);
  await expectAccessible(page);
});
