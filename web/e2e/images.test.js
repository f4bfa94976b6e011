import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet } from './browser.js';
import { until } from './harness.js';
import { colleague, openDesk, thread } from './paper.js';

/** @typedef {import('./paper.js').Page} Page */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await set('on');
});

after(() => desk.stop());

/** Let comments carry pictures, or not. @param {string} images */
async function set(images) {
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'images', images);
  const query = new URLSearchParams({ site: desk.host.host, page: 'any' });
  const isSet = async () => {
    const html = await (await fetch(`${desk.rejoinder.origin}/embed/thread?${query}`)).text();
    return html.includes('data-rj="picture"') === (images !== 'off');
  };
  await until('the site to be set so', isSet);
}

/** A drawing, as a file. @param {Page} page @param {number} [width] @param {string} [kind] */
async function drawing(page, width = 300, kind = 'image/png') {
  const drawn = await page.evaluate(
    ([width, kind]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height: 200 });
      canvas.getContext('2d')?.fillRect(0, 0, 200, 120);
      return canvas.toDataURL(kind).split(',')[1] ?? '';
    },
    /** @type {const} */ ([width, kind]),
  );
  return { name: 'bridge.png', mimeType: kind, buffer: Buffer.from(drawn, 'base64') };
}

/** Open the form, and write. @param {Page} page @param {string} text */
async function write(page, text) {
  await page.locator('#compose textarea').click();
  await page.locator('#compose textarea').fill(text);
  await page.getByRole('button', { name: 'Add a picture' }).waitFor();
}

/** Post as Ann, who is asked for her name then. @param {Page} page */
async function post(page) {
  const send = page.locator('#compose [data-rj=send]');
  await send.click();
  await page.locator('#compose [name=name]').fill('Ann');
  await send.click();
}

/** Wait until so many pictures have arrived. @param {Page} page @param {number} n */
async function arrived(page, n) {
  const names = page.locator('#compose [name=images]');
  await until(`${n} pictures to have arrived`, async () => {
    const value = await names.evaluate((input) => /** @type {HTMLInputElement} */ (input).value);
    return JSON.parse(value || '[]').length === n;
  });
}

/** Whether a picture with these words is there and was loaded. @param {Page} page @param {string} alt */
function isLoaded(page, alt) {
  const image = page.getByRole('img', { name: alt });
  return image.evaluate((img) => img instanceof HTMLImageElement && img.complete && img.naturalWidth > 0);
}

/** Give files to the form, as a mouse or the clipboard does. @param {Page} page @param {'paste' | 'drop'} how */
async function give(page, how) {
  const file = await drawing(page);
  await page.locator('#compose textarea').evaluate(
    (text, [how, base64]) => {
      const bytes = Uint8Array.from(atob(`${base64}`), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'a.png', { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true, composed: true };
      text.dispatchEvent(
        how === 'paste'
          ? new ClipboardEvent('paste', { ...options, clipboardData: data })
          : new DragEvent('drop', { ...options, dataTransfer: data }),
      );
    },
    /** @type {const} */ ([how, file.buffer.toString('base64')]),
  );
}

for (const width of [390, 1280]) {
  test(`a picture is picked, says what it shows, and is taken away again, ${width} px`, async () => {
    const page = await desk.read(`pick-${width}`, { width });
    await write(page, 'Look at the bridge');
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Add a picture' }).click();
    await (await choosing).setFiles(await drawing(page));
    const alt = page.getByLabel('What does the picture show?');
    await alt.waitFor();
    await expectAccessible(page);
    await page.getByText('The picture is added.').first().waitFor({ state: 'attached' });

    await page.locator('#compose [data-rj=send]').click();
    await page.getByText('Please say what the picture shows').waitFor();
    await expectAccessible(page);
    await alt.fill('A bridge at night');
    await post(page);

    await page.getByRole('img', { name: 'A bridge at night' }).waitFor();
    await until('the picture to be there', () => isLoaded(page, 'A bridge at night'));
    assert.equal(await page.locator('.rj-picked').count(), 0);
    await expectAccessible(page);

    const reader = await desk.read(`pick-${width}`, { width, scheme: 'dark' });
    await reader.getByRole('img', { name: 'A bridge at night' }).waitFor();
    assert.equal(await reader.getByRole('button', { name: 'Remove the picture' }).count(), 0);
    await expectAccessible(reader);

    await page.getByRole('button', { name: 'Remove the picture' }).click();
    await page.getByRole('img', { name: 'A bridge at night' }).waitFor({ state: 'detached' });
    await reader.getByRole('img', { name: 'A bridge at night' }).waitFor({ state: 'detached' });
    await reader.getByText('Look at the bridge').waitFor();
    expectQuiet(reader);
  });
}

for (const how of /** @type {const} */ (['paste', 'drop'])) {
  test(`a picture comes by ${how}, and four at most`, async () => {
    const page = await desk.read(how);
    await write(page, `By ${how}`);
    for (let n = 1; n < 5; n += 1) {
      await give(page, how);
      await arrived(page, n);
    }
    await give(page, how);
    await page.getByText('A comment can have 4 pictures at most.').first().waitFor({ state: 'attached' });
    assert.equal(await page.locator('.rj-picked').count(), 4);
    for (let n = 3; n > 0; n -= 1) {
      await page.locator('.rj-picked').nth(n).getByRole('button').click();
    }
    await page.getByLabel('What does the picture show?').fill('جسر');

    await arrived(page, 1);
    await post(page);

    await page.getByRole('img', { name: 'جسر' }).waitFor();
    assert.equal(await page.locator('.rj-image').count(), 1);
  });
}

test('what is no picture is refused, and what was written stays', async () => {
  const page = await desk.read('wrong');
  await write(page, 'Stay');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add a picture' }).click();
  await (await choosing).setFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });

  await page.getByText('Please choose a JPEG, PNG, WebP or GIF').first().waitFor({ state: 'attached' });

  assert.equal(await page.locator('.rj-picked').count(), 0);
  assert.equal(await page.locator('#compose textarea').inputValue(), 'Stay');
});

test('a draft keeps its pictures over a reload, but for those that the server has no more', async () => {
  const page = await desk.read('draft-pictures');
  await write(page, 'Not posted yet');
  const alts = page.getByLabel('What does the picture show?');
  for (const [n, alt] of ['Taken', 'A ship'].entries()) {
    await give(page, 'paste');
    await arrived(page, n + 1);
    await alts.nth(n).fill(alt);
  }
  const status = await page.locator('#compose').evaluate(async (form, base) => {
    const { site, page, images } = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form)));
    const body = { site, page, name: 'Bob', text: 'Mine', images: JSON.parse(`${images}`).slice(0, 1) };
    const headers = { 'content-type': 'application/json' };
    const how = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${base}/api/v1/comments`, how)).status;
  }, desk.comments);
  assert.equal(status, 201);

  await page.reload();

  await arrived(page, 1);
  assert.equal(await page.locator('#compose textarea').inputValue(), 'Not posted yet');
  assert.equal(await page.locator('.rj-picked').count(), 1);
  assert.equal(await alts.inputValue(), 'A ship');
  await expectAccessible(page);
  await post(page);
  await page.getByRole('img', { name: 'A ship' }).waitFor();
  await page.reload();
  await page.getByText('Not posted yet').waitFor();
  assert.equal(await page.locator('.rj-picked').count(), 0);
});

test('a comment gets a picture, and loses one, while it is edited', async () => {
  const page = await desk.read('edit-pictures');
  await write(page, 'To be edited');
  await give(page, 'paste');
  await arrived(page, 1);
  await page.getByLabel('What does the picture show?').fill('A bridge');
  await post(page);
  await page.getByRole('img', { name: 'A bridge' }).waitFor();

  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  const form = page.locator('form[data-rj=edit]');
  const alts = form.getByLabel('What does the picture show?');
  await alts.waitFor();
  assert.equal(await alts.inputValue(), 'A bridge');
  assert.equal(await page.locator('.rj-images').isVisible(), false);
  const choosing = page.waitForEvent('filechooser');
  await form.getByRole('button', { name: 'Add a picture' }).click();
  await (await choosing).setFiles(await drawing(page));
  await alts.nth(1).fill('A ship');
  await expectAccessible(page);
  await form.locator('.rj-picked').nth(0).getByRole('button').click();
  await until('the picture to have arrived', async () => {
    const value = await form.locator('[name=images]').evaluate((own) => /** @type {HTMLInputElement} */ (own).value);
    return JSON.parse(value || '[]').length === 1;
  });
  await form.getByRole('button', { name: 'Save' }).click();

  await page.getByRole('img', { name: 'A ship' }).waitFor();
  await until('the picture to be there', () => isLoaded(page, 'A ship'));
  assert.equal(await page.getByRole('img', { name: 'A bridge' }).count(), 0);
  const reader = await desk.read('edit-pictures');
  await reader.getByRole('img', { name: 'A ship' }).waitFor();
  assert.equal(await reader.locator('.rj-image').count(), 1);
  expectQuiet(reader);
});

test('a first picture waits, and a moderator sees it, takes it away, and lets the words stand', async () => {
  // That it is set so is only seen after it was off.
  await set('off');
  await set('hold');
  const page = await desk.read('held');
  await write(page, 'Words that stand');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add a picture' }).click();
  await (await choosing).setFiles(await drawing(page));
  await page.getByLabel('What does the picture show?').fill('A bridge');
  await page.getByText('The picture is added.').first().waitFor({ state: 'attached' });
  await post(page);
  await page.getByText('Waiting for a moderator.').first().waitFor();
  await until('its writer to see it', () => isLoaded(page, 'A bridge'));

  const kim = await colleague(desk, 'Kim', 'moderator');
  await kim.goto(`${desk.comments}/moderate/${desk.host.host}`);
  await kim.getByRole('img', { name: 'A bridge' }).waitFor();
  await until('the moderator to see it', () => isLoaded(kim, 'A bridge'));
  await expectAccessible(kim);
  await kim.getByRole('button', { name: 'Remove the picture' }).click();
  await kim.getByText('Removed the picture').first().waitFor();
  assert.equal(await kim.getByRole('img', { name: 'A bridge' }).count(), 0);
  await expectAccessible(kim);
  await kim.goto(`${desk.comments}/moderate/${desk.host.host}`);
  await kim.locator('.desk-acts [value=approve]').first().click();

  const reader = await desk.read('held');
  await reader.getByText('Words that stand').waitFor();
  assert.equal(await reader.locator('.rj-image').count(), 0);
  await thread(reader);
});
