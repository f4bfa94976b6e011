import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open, startBrowser } from './browser.js';
import { startPaper, until } from './harness.js';

/** @typedef {import('./browser.js').Page} Page */

/** @type {Awaited<ReturnType<typeof startPaper>>} */
let paper;
/** @type {import('./browser.js').Browser} */
let browser;
/** @type {import('./browser.js').BrowserContext} Where Kim is signed in. */
let kim;

before(async () => {
  [browser, paper] = await Promise.all([startBrowser(), startPaper()]);
  const { host, rejoinder } = paper;
  await rejoinder.cli('site', 'set', host.host, 'mode', 'before');
  await until('comments to wait', async () => (await post('A first comment')) === 202);
  const added = await rejoinder.cli('staff', 'add', 'kim@paper.example', '--site', host.host, '--role', 'moderator');
  const path = /\/auth\/sign-in\S+/.exec(added)?.[0] ?? assert.fail(added);
  const page = await open(browser, rejoinder.origin + path);
  kim = page.context();
  await page.locator('input[name=name]').fill('Kim Ode');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Go to the moderators’ desk' }).click();
  await page.getByRole('heading', { name: 'Held' }).waitFor();
  await page.close();
});

after(async () => {
  await browser.close();
  await paper.stop();
});

test('a moderator clears 50 held comments by keyboard alone', async () => {
  await rejectAll();
  await postMany(60, 'keys');
  const page = await desk();
  assert.equal(await page.locator('[data-nr-count=held]').innerText(), '60');
  const press = async (/** @type {string[]} */ ...keys) => {
    for (const key of keys) {
      await page.locator('[data-nr=item]:focus').waitFor();
      await page.keyboard.press(key);
    }
  };

  await page.keyboard.press('j');
  for (let n = 0; n < 16; n += 1) {
    await press('a', 'r', 's');
  }
  await press('z');
  await page.locator('[data-nr=status]').getByText('Undone.').waitFor();
  await press('x', 'j', 'x', 'j', 'x', 'a');

  await until('50 to be decided', async () => (await count('held')) === 10);
  assert.deepEqual(
    [await count('approved'), await count('rejected'), await count('spam')].map((n) => n >= 15),
    [true, true, true],
  );
  await page.locator('[data-nr-count=held]').getByText('10', { exact: true }).waitFor();
  assert.equal(await page.locator('[data-nr=row]:focus-within').count(), 1);
  assert.equal(await page.locator('[data-nr=status]').innerText(), '3 comments: approved.');
  await expectAccessible(page);
  expectQuiet(page);
  await page.close();
});

test('a decision is undone by its key, by the status line and from where it was done', async () => {
  await rejectAll();
  await postMany(3, 'undo');
  const page = await desk();
  const waiting = page.locator('[data-nr=row]:not([data-done])');
  await page.keyboard.press('j');

  await page.keyboard.press('r');
  await page.locator('[data-nr=status]').getByText('Rejected.').waitFor();
  await page.keyboard.press('z');
  await page.locator('[data-nr=status]').getByText('Undone.').waitFor();
  assert.equal(await waiting.count(), 3);
  assert.match(await page.locator('[data-nr=row]:focus-within').innerText(), /undo 2/);

  await page.keyboard.press('s');
  await page.locator('[data-nr=told]').getByRole('button', { name: 'Undo' }).click();
  await page.locator('[data-nr=status]').getByText('Undone.').waitFor();

  await page.keyboard.press('a');
  await page.locator('[data-done]').getByRole('button', { name: 'Undo' }).click();
  await page.locator('[data-nr=status]').getByText('Undone.').waitFor();
  assert.equal(await count('held'), 3);
  expectQuiet(page);
  await page.close();
});

test('the second click of a double click decides about nothing else', async () => {
  await rejectAll();
  await postMany(3, 'twice');
  const page = await desk();
  await page.setViewportSize({ width: 390, height: 844 });
  const decided = page.locator('[data-busy], [data-done]');
  const approve = page.locator('[data-nr=row]:not([data-done])').getByRole('button', { name: 'Approve' });
  const { x = 0, y = 0, width = 0, height = 0 } = (await approve.first().boundingBox()) ?? {};
  const at = /** @type {const} */ ([x + width / 2, y + height - 2]);
  await page.mouse.click(...at);
  await page.locator('[data-nr=status]').getByText('Approved.').waitFor();
  const under = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.getAttribute('value'), at);
  assert.equal(under, 'approve', 'the next one has come there');

  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.mouse.down({ clickCount: 3 });
  await page.mouse.up({ clickCount: 3 });

  assert.equal(await decided.count(), 1);
  await page.mouse.click(...at);
  await until('a click of its own to decide', async () => (await decided.count()) === 2);
  expectQuiet(page);
  await page.close();
});

test('a tap that follows another at once decides about nothing else, where taps are not counted', async () => {
  await rejectAll();
  await postMany(3, 'tapped');
  const page = await desk();
  const decided = page.locator('[data-busy], [data-done]');
  const approve = page.locator('[data-nr=row]:not([data-done])').getByRole('button', { name: 'Approve' });
  const tap = (/** @type {number} */ timeStamp) =>
    approve.first().evaluate((button, timeStamp) => {
      const how = { bubbles: true, cancelable: true, detail: 1, clientX: 100, clientY: 100, pointerType: 'touch' };
      const event = new PointerEvent('click', how);
      button.dispatchEvent(Object.defineProperty(event, 'timeStamp', { value: timeStamp }));
    }, timeStamp);
  await tap(1_000);
  await page.locator('[data-nr=status]').getByText('Approved.').waitFor();

  await tap(1_300);

  assert.equal(await decided.count(), 1);
  await tap(3_000);
  await until('a tap of its own to decide', async () => (await decided.count()) === 2);
  await page.close();
});

test('a key that is held decides about one comment, and goes on through many', async () => {
  await rejectAll();
  await postMany(3, 'held down');
  const page = await desk();
  await page.keyboard.down('j');
  await page.keyboard.down('j');
  await page.keyboard.up('j');
  assert.match(await page.locator('[data-nr=row]:focus-within').innerText(), /held down 1/);

  await page.keyboard.down('a');
  await page.keyboard.down('a');
  await page.keyboard.down('a');
  await page.keyboard.up('a');

  await page.locator('[data-nr=status]').getByText('Approved.').waitFor();
  assert.equal(await page.locator('[data-busy], [data-done]').count(), 1);
  await page.locator('[data-nr=row]:not([data-done])').getByRole('button', { name: 'Approve' }).first().focus();
  await page.keyboard.down('Enter');
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await until('one more to be decided', async () => (await count('held')) === 1);
  assert.equal(new URL(page.url()).pathname, path());
  expectQuiet(page);
  await page.close();
});

test('a row takes the room of what it says, and Undo that of its word', async () => {
  await rejectAll();
  assert.equal(await post(`On and on ${'and on '.repeat(60)}`), 202);
  const page = await desk();
  await page.setViewportSize({ width: 820, height: 1180 });
  const item = page.locator('[data-nr=item]').first();
  const acts = item.locator('[data-nr=decide]');
  const bottom = async (/** @type {typeof item} */ it) => {
    const { y = 0, height = 0 } = (await it.boundingBox()) ?? {};
    return y + height;
  };
  assert.ok((await bottom(item)) - (await bottom(acts)) <= 16, `${await bottom(item)}, ${await bottom(acts)}`);

  await acts.getByRole('button', { name: 'Approve' }).click();

  const undo = page.locator('[data-nr=strip]').getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  const { is, needed } = await undo.evaluate((it) => ({ is: it.clientWidth, needed: it.scrollWidth }));
  assert.ok(needed <= is, `${needed} in ${is}`);
  await page.close();
});

test('a digit rejects for the reason of its number, which the keys tell', async () => {
  await rejectAll();
  await postMany(2, 'digits');
  const page = await desk();
  await page.keyboard.press('?');
  const told = page.getByRole('dialog', { name: 'Keys' }).getByRole('listitem');
  const reason = await told.nth(2).innerText();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.locator('[data-nr=item]:focus').waitFor();
  const id = await page.locator('[data-nr=row]:focus-within').getAttribute('data-id');
  await page.keyboard.press('3');
  await page.locator('[data-nr=status]').getByText('Rejected.').waitFor();
  await until('one to be decided', async () => (await count('held')) === 1);

  await page.goto(page.url().replace(/\/moderate\/([^/]+).*/, `/moderate/$1/comments/${id}`));
  await page.getByText(`Rejected: ${reason}`).first().waitFor();
  expectQuiet(page);
});

test('the keys of the desk can be turned off, and stay so on the device', async () => {
  await rejectAll();
  await postMany(1, 'keyless');
  const page = await desk();
  const use = page.getByRole('checkbox', { name: 'Use these keys on this device' });
  await page.keyboard.press('?');
  await use.uncheck();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.locator('html[data-live]').waitFor();
  await page.locator('[data-nr=item]').focus();
  await page.keyboard.press('r');
  await page.keyboard.press('?');
  assert.equal(await page.locator('[data-busy], [data-done], dialog[open]').count(), 0);

  await page.getByRole('button', { name: 'Keys' }).click();
  await use.check();
  await page.keyboard.press('Escape');
  await page.locator('[data-nr=item]').focus();
  await page.keyboard.press('r');
  await page.locator('[data-nr=status]').getByText('Rejected.').waitFor();
  expectQuiet(page);
});

test('the key to undo means the last decision, even while that is on its way', async () => {
  await rejectAll();
  await postMany(3, 'quick');
  const page = await desk();
  const sent = page.locator('[data-busy]');
  let answer = () => {};
  const held = new Promise((resolve) => (answer = () => resolve(undefined)));
  await page.keyboard.press('j');
  await page.keyboard.press('r');
  await page.locator('[data-nr=status]').getByText('Rejected.').waitFor();
  await page.route('**/decide', async (route) => {
    await held;
    await route.continue();
  });

  await page.keyboard.press('a');
  await sent.waitFor();
  assert.equal(await page.locator('[data-nr=told]').getByRole('button').count(), 0, 'nothing offers to undo the one before');
  await page.keyboard.press('z');
  answer();

  await page.locator('[data-nr=status]').getByText('Undone.').waitFor();
  assert.match(await page.locator('[data-nr=row]:focus-within').innerText(), /quick 1/);
  assert.equal(await count('held'), 2);
  expectQuiet(page);
  await page.close();
});

test('what its author edits meanwhile is shown again, with what changed', async () => {
  await rejectAll();
  const edit = await postAndEdit('Before it');
  const page = await desk();
  await edit('After it');

  await page.keyboard.press('j');
  await page.keyboard.press('a');

  const row = page.locator('[data-nr=row]');
  await row.getByText('It was edited after you saw it.').waitFor();
  assert.equal(await row.locator('del').innerText(), 'Before');
  assert.equal(await row.locator('ins').innerText(), 'After');
  await expectAccessible(page);
  await row.locator('[data-nr=item]').focus();
  await page.keyboard.press('a');
  await until('it to be approved', async () => (await count('held')) === 0);
  await page.close();
});

test('in the drawer a moderator notes, suspends, bans and lifts, and reads what became of it', async () => {
  await rejectAll();
  await postMany(1, 'drawer');
  const page = await desk();
  await page.keyboard.press('j');
  await page.locator('[data-nr=item]:focus').waitFor();
  await page.keyboard.press('b');
  const drawer = page.getByRole('dialog');
  const says = (/** @type {string} */ text) => drawer.getByText(text).first().waitFor();

  await drawer.getByLabel('Note for moderators').fill('Writes from the harbour');
  await drawer.getByRole('button', { name: 'Add the note' }).click();
  await says('Writes from the harbour');
  await drawer.getByText('Suspend', { exact: true }).first().click();
  await drawer.getByRole('button', { name: 'Suspend' }).click();
  await says('Suspended until');
  await drawer.getByRole('button', { name: 'End the suspension' }).click();
  await until('the suspension to end', async () => (await drawer.locator('.nr-note').count()) === 0);
  await drawer.getByText('Ban', { exact: true }).first().click();
  const ban = drawer.locator('details[data-nr=ban]');
  assert.ok(await ban.locator('[name=day]').isHidden());
  await ban.locator('[name=for]').selectOption('day');
  await ban.locator('[name=day]').waitFor();
  await ban.locator('[name=for]').selectOption('good');
  await drawer.getByLabel('Reason, shown to the author').fill('Advertising');
  await drawer.getByRole('button', { name: 'Ban', exact: true }).click();
  await says('Banned permanently');
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Lift the ban' }).click();
  await until('the ban to be lifted', async () => (await drawer.locator('.nr-note').count()) === 0);

  await page.route('**/authors/*', (route) => route.fulfill({ status: 403, body: '<main>You may not do this here.</main>' }));
  await drawer.getByLabel('Note for moderators').fill('Again');
  await drawer.getByRole('button', { name: 'Add the note' }).click();
  await page.locator('[data-nr=status]').getByText('You may not do this here.').waitFor({ state: 'attached' });
  await page.close();
});

test('no script reads from a form what a field of it may stand before', async () => {
  const shadowed = /\b(form|\w*Form|event\.target|currentTarget)\??\.(action|method|name|id|target|title|length|enctype|submit|reset|children|parentElement)\b(?!:)/;
  const folders = ['widget', 'desk', 'pages', 'shared'].map((name) => new URL(`../${name}/`, import.meta.url));
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => new URL(name, folder))),
  );
  const scripts = files.flat().filter(({ pathname }) => pathname.endsWith('.js'));
  assert.ok(scripts.some(({ pathname }) => pathname.endsWith('/desk_drawer.js')));
  for (const script of scripts) {
    const lines = (await readFile(script, 'utf8')).split('\n');
    const read = lines.filter((line) => !/^\s*(\*|\/[/*])/.test(line) && shadowed.test(line));
    assert.deepEqual(read, [], script.pathname);
  }
});

test('a page is worked through without script', async () => {
  await rejectAll();
  await postMany(4, 'plain');
  const page = await open(kim, `${paper.rejoinder.origin}${path()}`, { script: false });
  const row = (/** @type {string} */ text) => page.locator('[data-nr=row]', { hasText: text });

  await row('plain 0').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved.').waitFor();
  await row('plain 1').locator('summary').click();
  await row('plain 1').getByLabel('Reason').selectOption('off_topic');
  await row('plain 1').getByLabel('Note to the author').fill('Please stay with the article.');
  await row('plain 1').getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Rejected.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone.').waitFor();
  for (const text of ['plain 1', 'plain 2', 'plain 3']) {
    await row(text).getByRole('checkbox').check();
  }
  await page.locator('#bulk').getByRole('button', { name: 'Spam' }).click();
  await page.getByText('3 comments: marked as spam.').waitFor();

  assert.equal(await page.getByText('Nothing waits for a decision.').count(), 1);
  await expectAccessible(page);
  await page.close();
});

/** The path of the desk. */
function path() {
  return `/moderate/${paper.host.host}`;
}

/** @returns {Promise<Page>} */
async function desk() {
  const page = await open(kim, paper.rejoinder.origin + path());
  await page.locator('html[data-live]').waitFor();
  return page;
}

/** @param {string} queue */
async function count(queue) {
  const answer = await kim.request.get(`${paper.rejoinder.origin}${path()}/counts`);
  return (await answer.json())[queue];
}

/** Nothing waits any more. */
async function rejectAll() {
  const page = await open(kim, paper.rejoinder.origin + path());
  while ((await count('held')) > 0) {
    await page.goto(paper.rejoinder.origin + path());
    await page.locator('[data-nr=all] input').check();
    await page.locator('#bulk').getByRole('button', { name: 'Reject' }).click();
    await page.locator('[data-nr=status]').getByText('ejected').waitFor();
  }
  await page.close();
}

/**
 * @param {number} n
 * @param {string} word
 */
async function postMany(n, word) {
  for (let at = 0; at < n; at += 1) {
    assert.equal(await post(`${word} ${at} of many comments`), 202);
  }
}

/**
 * @param {string} text
 * @returns {Promise<number>} The status of the answer.
 */
async function post(text) {
  return (await posted(text)).status;
}

/** @param {string} text */
function posted(text) {
  const { host, rejoinder } = paper;
  return fetch(`${rejoinder.origin}/api/v1/comments`, {
    method: 'POST',
    headers: { origin: host.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ site: host.host, page: 'desk', text, name: 'Ann Lee' }),
  });
}

/**
 * Post, and give the author's way to edit it.
 *
 * @param {string} text
 */
async function postAndEdit(text) {
  const answer = await posted(text);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { comment } = await answer.json();
  return async (/** @type {string} */ changed) => {
    const edited = await fetch(`${paper.rejoinder.origin}/api/v1/comments/${comment.id}`, {
      method: 'PATCH',
      headers: { origin: paper.host.origin, 'content-type': 'application/json', cookie },
      body: JSON.stringify({ text: changed }),
    });
    assert.equal(edited.status, 200, await edited.text());
  };
}
