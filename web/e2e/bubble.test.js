import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, open } from './browser.js';
import { openDesk, storyAt } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
before(async () => {
  desk = await openDesk();
});
after(() => desk.stop());

/** A story so long that its comments are out of sight, with a clock that the test moves. @param {number} width */
async function read(width) {
  const page = await open(desk.browser, 'about:blank', { width });
  await page.clock.install();
  await page.goto(storyAt(desk.host.origin, 'long'));
  await page.locator('[data-rj=thread][data-live]').waitFor();
  await page.locator('rejoinder-thread').evaluate((thread) => {
    /** @type {HTMLElement} */ (thread).style.marginBlockStart = '3000px';
    scrollTo(0, 0);
  });
  return page;
}

test('there is none until the publisher turns it on', async () => {
  const page = await read(1280);
  assert.equal(await page.locator('.rj-bubble').count(), 0);
});

test('it leads to the comments, asks once a week, and goes for good with a key', async () => {
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'bubble', 'on');
  const page = await read(1280);
  for (let n = 0; n < 50 && !(await page.locator('.rj-bubble').count()); n += 1) {
    // Settings are taken over within two seconds.
    await page.reload();
    await page.locator('[data-rj=thread][data-live]').waitFor();
  }
  await page.locator('rejoinder-thread').evaluate((thread) => {
    /** @type {HTMLElement} */ (thread).style.marginBlockStart = '3000px';
    scrollTo(0, 0);
  });
  const bubble = page.locator('.rj-bubble');
  await bubble.waitFor();
  assert.equal(await bubble.getByText('Would you like').count(), 0);
  await page.clock.fastForward(46_000);
  await bubble.getByText('Would you like to join the discussion?').waitFor();
  await expectAccessible(page);

  await bubble.getByRole('button', { name: 'Join in' }).click();
  await bubble.waitFor({ state: 'hidden' });
  assert.ok(await page.locator('#compose textarea').evaluate((text) => text.matches(':focus')));

  const again = await open(page.context(), storyAt(desk.host.origin, 'long'), { width: 1280 });
  await again.locator('[data-rj=thread][data-live]').waitFor();
  await again.locator('rejoinder-thread').evaluate((thread) => {
    /** @type {HTMLElement} */ (thread).style.marginBlockStart = '3000px';
    scrollTo(0, 0);
  });
  await again.locator('.rj-bubble').waitFor();
  await again.locator('.rj-bubble button').last().focus();
  await again.keyboard.press('Escape');
  assert.equal(await again.locator('.rj-bubble').count(), 0);
  await again.reload();
  await again.locator('[data-rj=thread][data-live]').waitFor();
  assert.equal(await again.locator('.rj-bubble').count(), 0);
});
