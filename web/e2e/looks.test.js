import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { demo, until } from './harness.js';
import { openDesk, storyAt, texts, thread, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  const name = 'Wilhelmina Featherstonehaugh-Cholmondeley';
  let parent = await desk.post('looks', 'The timetable of 1911 was better.', { name });
  const long = `Donaudampfschifffahrtsgesellschaftskapitän, https://example.org/${'x'.repeat(80)}`;
  for (let n = 1; n <= 8; n += 1) {
    parent = await desk.post('looks', `Level ${n}: ${long}`, { parent });
  }
  const code = `a long line of ${'code '.repeat(20)}`;
  await desk.post('looks', `\`\`\`\n${code}\n\`\`\`\n\n> quoted\n\n- one\n- two`);
});

after(() => desk.stop());

test('what plays a recording has the interface’s font on a page in a serif', async () => {
  const paper = await demo();
  try {
    const story = `${paper.origin}/articles/two-and-two`;
    await until('the recording to be prepared', async () => (await (await fetch(story)).text()).includes('data-rj="media"'));
    const page = await open(desk.browser, story);
    await thread(page);
    await page.locator('[data-rj=read_along]').first().click();
    const controls = page.locator('.rj-recording :is(button, select, a):visible');
    await page.locator('[data-rj=speed]').waitFor();

    const fonts = await controls.evaluateAll((all) => [...new Set(all.map((it) => getComputedStyle(it).fontFamily))]);

    const said = await page.locator('.rj-cues p').first().evaluate((it) => getComputedStyle(it).fontFamily);
    assert.ok(fonts.length === 1 && fonts[0]?.startsWith('system-ui'), fonts.join('\n'));
    assert.ok(said.endsWith(' serif'), said);
  } finally {
    await paper.stop();
  }
});

for (const scheme of /** @type {const} */ (['light', 'dark'])) {
  test(`on a phone, ${scheme}, everything fits and can be read`, async () => {
    const page = await desk.read('looks', { width: 390, scheme });
    assert.equal(await overflow(page), 0);
    await page.locator('[data-rj=reply]').nth(3).click();
    await page.locator('li form[data-rj=compose]').waitFor();
    assert.equal(await overflow(page), 0);
    await expectAccessible(page);
  });

  test(`the thread's own page, ${scheme}, fits on a phone`, async () => {
    const page = await open(desk.browser, desk.embed('looks'), { width: 390, scheme });
    await thread(page);
    assert.equal(await overflow(page), 0);
    await expectAccessible(page);
  });
}

test('at four times the size nothing has to be scrolled sideways', async () => {
  // 1280 pixels at 400 % are 320.
  const page = await desk.read('looks', { width: 320, height: 256 });
  await page.locator('#compose textarea').click();
  await write(page.locator('#compose'), { text: 'As wide as this', name: 'Ann Lee' });

  assert.equal(await overflow(page), 0);
  await expectAccessible(page);
});

test('everything can be done by keyboard', async () => {
  await desk.post('keys', 'Reach me');
  const page = await open(desk.browser, storyAt(desk.host.origin, 'keys'));
  await thread(page);
  const press = async (/** @type {string[]} */ ...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  const tabTo = async (/** @type {string} */ selector) => {
    for (let n = 0; n < 60; n += 1) {
      await press('Tab');
      if (await page.locator(`${selector}:focus`).count()) {
        return;
      }
    }
    assert.fail(`Tab does not reach ${selector}`);
  };

  await tabTo('#compose textarea');
  await page.locator('#compose[data-open]').waitFor();
  await page.keyboard.type('By keys alone');
  await tabTo('#compose [data-rj=send]');
  await press('Enter');
  await page.locator('#compose [name=name]:focus').waitFor();
  await page.keyboard.type('Ann Lee');
  await press('Enter');
  await page.getByText('Your comment is posted.').waitFor();
  assert.match(await page.locator('[data-rj=comment]:focus').innerText(), /By keys alone/);

  await page.locator('[data-rj=own]:not([hidden])').waitFor();
  await tabTo('[data-rj=delete]');
  await press('Enter');
  await page.locator('button[data-rj=keep]:focus').waitFor();
  await press('Shift+Tab', 'Enter');
  await page.getByText('Your comment is deleted.').waitFor();
  await tabTo('[data-rj=up]');
  await press('Space');
  await page.locator('[data-rj=up][aria-pressed=true]').waitFor();
  await tabTo('[data-rj=reply]');
  await press('Enter');
  await page.locator('li textarea:focus').waitFor();
  await page.keyboard.type('Done');
  await press('Control+Enter');
  await page.getByText('Your comment is posted.').waitFor();

  assert.deepEqual(await texts(page), ['Reach me', 'Done']);
  expectQuiet(page);
});

/**
 * By how much the page is too wide.
 *
 * @param {import('./paper.js').Page} page
 */
function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
