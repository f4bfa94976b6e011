import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, signedIn, thread } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  const { rejoinder, host } = desk;
  // Legible on a dark ground alone.
  for (const [key, value] of [['title', 'The Gazette'], ['accent', '#ffcc00'], ['font', 'Georgia, serif']]) {
    await rejoinder.cli('site', 'set', host.host, `${key}`, `${value}`);
  }
  const door = `${rejoinder.origin}/auth/sign-in?site=${host.host}`;
  await until('the site to look so', async () => (await (await fetch(door)).text()).includes('site.css'));
});

after(() => desk.stop());

for (const scheme of /** @type {const} */ (['light', 'dark'])) {
  test(`signing in wears the site's name, colour and fonts, and can be read, ${scheme}`, async () => {
    const page = await open(desk.browser, `${desk.comments}/auth/sign-in?site=${desk.host.host}`, { scheme });

    await page.getByRole('link', { name: 'The Gazette' }).waitFor();
    const font = await page.locator('body').evaluate((body) => getComputedStyle(body).fontFamily);

    assert.equal(font, 'Georgia, serif');
    await expectAccessible(page);
    expectQuiet(page);
  });
}

test('a reader’s own pages and the thread’s own page wear it, too', async () => {
  await desk.post('worn', 'Seen in its colours');
  const account = await signedIn(desk, 'wera@reader.example', `/account/${desk.host.host}`);
  await account.getByRole('link', { name: 'The Gazette' }).waitFor();
  await expectAccessible(account);

  const page = await open(account.context(), desk.embed('worn'));
  await thread(page);
  const accent = await page.locator('.rj-thread').evaluate((it) => getComputedStyle(it).getPropertyValue('--rj-accent'));
  assert.match(accent, /^light-dark\(#/);
  assert.equal(await page.locator('.rj-brand').count(), 0);
  await expectAccessible(page);
});

test('an empty page asks what an editor wrote for it', async () => {
  const kim = await colleague(desk, 'Kim', 'moderator');
  await kim.goto(`${desk.comments}/moderate/${desk.host.host}/pages`);
  await expectAccessible(kim);
  await kim.getByLabel('Address of the page').fill('asks');
  await kim.getByLabel('What readers are asked while nobody has commented').fill('What did you see?');
  await kim.getByRole('button', { name: 'Save' }).click();
  await kim.getByText('Set the question of the page').first().waitFor();
  await expectAccessible(kim);

  const page = await desk.read('asks', { width: 390 });
  await page.getByText('What did you see?').waitFor();

  await expectAccessible(page);
  const plain = await open(desk.browser, desk.embed('asks'), { script: false });
  await plain.getByText('What did you see?').waitFor();
});

test('an owner lets the pages of the site wear a logo, and takes it off again', async () => {
  const olga = await colleague(desk, 'Olga', 'owner');
  await olga.goto(`${desk.comments}/admin/${desk.host.host}/settings#logo`);
  const drawn = await olga.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 400, height: 100 });
    canvas.getContext('2d')?.fillRect(0, 0, 300, 60);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
  const logo = { name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from(drawn, 'base64') };
  await olga.getByLabel('Choose a picture').setInputFiles(logo);
  await olga.getByRole('button', { name: 'Wear this logo' }).click();
  await olga.getByRole('img', { name: 'The Gazette' }).waitFor();
  await expectAccessible(olga);

  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await open(desk.browser, `${desk.comments}/auth/sign-in?site=${desk.host.host}`, { scheme });
    const image = page.getByRole('link', { name: 'The Gazette' }).getByRole('img');
    await image.waitFor();
    assert.equal(await image.evaluate((img) => img instanceof HTMLImageElement && img.naturalWidth), 400);
    await expectAccessible(page);
    expectQuiet(page);
  }

  await olga.getByRole('button', { name: 'Remove the logo' }).click();
  await olga.getByRole('img', { name: 'The Gazette' }).waitFor({ state: 'detached' });
  const page = await open(desk.browser, `${desk.comments}/auth/sign-in?site=${desk.host.host}`);
  await page.getByRole('link', { name: 'The Gazette' }).waitFor();
  assert.equal(await page.getByRole('img').count(), 0);
});

test('on a phone the pages of an account stand in one row, and the one that is shown is in sight', async () => {
  const { host, rejoinder } = desk;
  const page = await signedIn(desk, 'una@reader.example', `/account/${host.host}`);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const language of ['ru', 'ar', 'en']) {
    await rejoinder.cli('site', 'set', host.host, 'language', language);
    await until(`the pages to be in ${language}`, async () => {
      await page.goto(`${desk.comments}/account/${host.host}/settings`);
      return (await page.locator('html').getAttribute('lang')) === language;
    });
    const tabs = page.locator('.rj-nav a');
    const tops = await tabs.evaluateAll((all) => all.map((tab) => tab.getBoundingClientRect().y));
    const { x = -1, width = 0 } = (await page.locator('.rj-nav [aria-current]').boundingBox()) ?? {};

    assert.equal(new Set(tops).size, 1, `${language}: ${tops}`);
    assert.ok(x >= 0 && x + width <= 390, `${language}: ${x}, ${width}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, language);
    await tabs.first().evaluate((tab) => tab.scrollIntoView({ block: 'nearest', inline: 'nearest' }));
    const first = await tabs.first().boundingBox();
    assert.ok(first && first.x >= 0 && first.x + first.width <= 390, language);
    await expectAccessible(page);
  }
});
