import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAccessible, expectQuiet, open, startBrowser } from './browser.js';
import { startPaper } from './harness.js';

test('a moderator signs in by the link that the console printed, without script', async () => {
  const [browser, paper] = await Promise.all([startBrowser(), startPaper()]);
  try {
    const { host, rejoinder } = paper;
    const added = await rejoinder.cli('staff', 'add', 'kim@paper.example', '--site', host.host, '--role', 'moderator');
    const path = /\/auth\/sign-in\S+/.exec(added)?.[0] ?? assert.fail(added);
    const page = await open(browser, rejoinder.origin + path, { script: false });
    await expectAccessible(page);

    await page.locator('input[name=name]').fill('Kim Ode');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByText('You are Kim Ode, moderator of').waitFor();
    await expectAccessible(page);
    expectQuiet(page);
  } finally {
    await browser.close();
    await paper.stop();
  }
});
