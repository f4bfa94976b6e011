import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { openDesk, storyAt, texts, thread, write } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
});

after(() => desk.stop());

test('what was copied is said by the control that copied it', async () => {
  await desk.post('copied', 'Share me');
  const page = await desk.read('copied');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const link = page.locator('[data-rj=link]');

  await link.click();

  await page.locator('[data-rj=link]', { hasText: 'Copied' }).waitFor();
  assert.equal(await page.locator('[data-rj=status]').innerText(), 'Link copied.');
  await expectAccessible(page);
  await page.locator('[data-rj=link]', { hasText: 'Share' }).waitFor();
});

test('why something was not done stands where it was tried, and covers nothing', async () => {
  const page = await desk.read('told');
  const form = page.locator('#compose');
  await write(form, { text: 'Vote for me', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  await page.locator('[data-rj=up]').click();

  const told = page.locator('[data-rj=comment] > .rj-acts > .rj-told');
  await page.getByText('You cannot vote on your own comment.').waitFor();
  await until('the reason to stand there', async () =>
    (await told.getAttribute('data-told')) === 'You cannot vote on your own comment.');
  assert.equal(await told.evaluate((note) => getComputedStyle(note).position), 'static');
  await expectAccessible(page);
});

test('what is said where it was done stays there, so that nothing moves by the clock', async () => {
  await desk.post('stays', 'Below');
  const page = await open(desk.browser, `${desk.host.origin}/empty`, { width: 390 });
  await page.clock.install();
  await page.goto(storyAt(desk.host.origin, 'stays'));
  await thread(page);
  const form = page.locator('#compose');
  await write(form, { text: 'Vote for me', name: 'Ann Lee' });
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();
  await page.locator('[data-rj=up]').first().click();
  const told = page.locator('.rj-told[data-told^="You cannot vote"]');
  await told.waitFor();
  const below = page.locator('[data-rj=comment]').last();
  const before = await below.boundingBox();

  await page.clock.fastForward(10_000);

  await until('the status line to fall silent', async () => !(await page.locator('[data-rj=status]').textContent()));
  assert.deepEqual(await below.boundingBox(), before);
});

test('a branch that is folded from far down stays in sight as one line', async () => {
  const root = await desk.post('place', 'A root', { name: 'Ben Oak' });
  for (let n = 0; n < 12; n += 1) {
    await desk.post('place', `Reply ${n}\n\n${'It goes on. '.repeat(40)}`, { parent: root });
  }
  await desk.post('place', 'Another root');
  const page = await open(desk.browser, `${storyAt(desk.host.origin, 'place')}`, { height: 600 });
  await thread(page);
  await page.locator('select[name=sort]').selectOption('oldest');
  await page.locator('[data-rj=thread][data-sort=oldest]').waitFor();
  const line = page.locator('[data-rj=collapse]').first();
  await page.locator('.rj-replies > li').last().scrollIntoViewIfNeeded();
  const { y = 0 } = (await line.boundingBox()) ?? {};
  assert.ok(y < 0, `its upper end is at ${y}`);

  await line.click();

  await page.getByText('Ben Oak and 12 replies').waitFor();
  const { y: top = -1 } = (await line.boundingBox()) ?? {};
  assert.ok(top >= 0 && top < 600, `it stands at ${top}`);
});

test('what folds a branch can be seen: three to one against the page', async () => {
  const root = await desk.post('seen', 'A root');
  await desk.post('seen', 'A reply', { parent: root });
  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await desk.read('seen', { scheme });
    const ratio = await page.locator('[data-rj=collapse]').evaluate((line) => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const luminance = (/** @type {string[]} */ ...colours) => {
        if (!canvas) {
          return 0;
        }
        for (const colour of colours) {
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
        }
        const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
          const part = byte / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = getComputedStyle(document.body).backgroundColor;
      const under = ground === 'rgba(0, 0, 0, 0)' ? getComputedStyle(document.documentElement).backgroundColor : ground;
      const paper = under === 'rgba(0, 0, 0, 0)' ? 'white' : under;
      const [light, dark] = [
        luminance(paper),
        luminance(paper, getComputedStyle(line, '::before').borderTopColor),
      ].sort((a, b) => b - a);
      return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
    });
    assert.ok(ratio >= 3, `${scheme}: ${ratio}`);
  }
});

test('a long comment shows its beginning, and all of it on a click', async () => {
  const long = Array.from({ length: 30 }, (_, n) => `Line ${n} of what I remember of it.`).join('\n\n');
  await desk.post('long one', long);
  await desk.post('long one', 'A short one');
  const page = await desk.read('long one');
  const text = page.locator('.rj-text', { hasText: 'Line 29' });
  const height = async () => (await text.boundingBox())?.height ?? 0;
  const folded = await height();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Read more' }).click();
  await page.locator('[data-rj=comment]:focus').waitFor();

  assert.ok((await height()) > folded * 1.5, `${folded} became ${await height()}`);
  assert.equal(await page.getByRole('button', { name: 'Read more' }).count(), 0);
  expectQuiet(page);

  const plain = await open(desk.browser, desk.embed('long one'), { script: false });
  assert.equal((await texts(plain)).length, 2);
});

test('a long address is cut off for the eye, and whole for whoever copies it', async () => {
  const address = `https://example.org/${'x'.repeat(120)}`;
  await desk.post('address', `I read it at ${address} today`);
  const page = await desk.read('address', { width: 390 });
  const link = page.locator('.rj-text a');

  const box = await link.boundingBox();

  assert.ok(box && box.height < 30 && box.width < 390, `${JSON.stringify(box)}`);
  assert.equal(await link.getAttribute('title'), address);
  assert.equal(await link.textContent(), address);
});

test('a comment that a link leads to is shown whole', async () => {
  const long = Array.from({ length: 30 }, (_, n) => `Line ${n} of what I remember of it.`).join('\n\n');
  const id = await desk.post('long linked', long);
  const page = await open(desk.browser, `${storyAt(desk.host.origin, 'long linked')}#comment-${id}`);
  await page.locator('[data-marked]').waitFor();

  const fits = await page.locator('[data-marked] .rj-text').evaluate((text) => text.scrollHeight <= text.clientHeight + 1);

  assert.ok(fits);
});

test('j and k go from comment to comment, past what is folded', async () => {
  const last = await desk.post('keys', 'The last');
  await desk.post('keys', 'Its reply', { parent: last });
  await desk.post('keys', 'The first');
  const page = await desk.read('keys');
  const press = async (/** @type {string} */ key, /** @type {string} */ text) => {
    await page.keyboard.press(key);
    await page.locator('[data-rj=comment]:focus', { hasText: text }).waitFor();
  };
  await page.locator('[data-rj=link]').first().focus();

  await press('j', 'The last');
  await press('j', 'Its reply');
  await press('k', 'The last');
  await press('k', 'The first');
  await page.locator('[data-rj=collapse]').click();
  await page.locator('[data-rj=link]').first().focus();
  await page.keyboard.press('j');
  assert.ok(await page.locator('[data-rj=link]').first().evaluate((link) => link.matches(':focus')));
});

test('each root is a heading that says how many replies it has', async () => {
  const root = await desk.post('headings', 'A root', { name: 'Ben Oak' });
  await desk.post('headings', 'A reply', { parent: root });
  await desk.shows('headings', root);
  const page = await desk.read('headings');

  await page.getByRole('heading', { name: 'Ben Oak (1 reply)', level: 3 }).waitFor();

  assert.equal(await page.getByRole('heading', { level: 3 }).count(), 1);
});

test('quiet acts are shown and hidden as one, and vote and reply always stand', async () => {
  await desk.post('quiet', 'Hover here');
  const page = await desk.read('quiet');
  const quiet = page.locator('.rj-quiet');
  const opacity = () => quiet.evaluate((group) => getComputedStyle(group).opacity);
  assert.equal(await opacity(), '0');

  await page.locator('article .rj-text').hover();

  await until('the group to show', async () => (await opacity()) === '1');
  assert.equal(await quiet.locator('[data-rj=link], [data-rj=flag]').count(), 2);
});
