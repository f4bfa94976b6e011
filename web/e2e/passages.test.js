import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectOnlyAsked, expectQuiet, open } from './browser.js';
import { until } from './harness.js';
import { openDesk, sign, thread } from './paper.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{exact: string, prefix: string, suffix: string, start: number, end: number}} Annotation */

/** @type {import('./paper.js').Desk} */
let desk;

before(async () => {
  desk = await openDesk();
  await allow('comment');
});
after(() => desk.stop());

/** Set what readers may do with passages, and wait until it holds. @param {'comment' | 'off'} what */
async function allow(what) {
  await desk.rejoinder.cli('site', 'set', desk.host.host, 'passages', what);
  const query = new URLSearchParams({ site: desk.host.host, page: 'nobody-yet' });
  await until(`passages: ${what}`, async () => {
    const answer = await fetch(`${desk.rejoinder.origin}/embed/thread?${query}`);
    return (await answer.text()).includes('data-passages') === (what === 'comment');
  });
}

/** @param {string} page @param {string} [rest] */
const articleAt = (page, rest = '') => `${desk.host.origin}/long-read?page=${page}${rest}`;

/**
 * The article whose thread is `page`, once that lives.
 *
 * @param {string} page
 * @param {{rest?: string} & NonNullable<Parameters<typeof open>[2]>} [how]
 */
async function read(page, { rest, ...how } = {}) {
  const reader = await open(desk.browser, articleAt(page, rest), how);
  await thread(reader);
  return reader;
}

/**
 * Select `words` within an element, as a reader does by hand.
 *
 * @param {Page} page
 * @param {string} within
 * @param {string} words
 */
const select = (page, within, words) =>
  page.locator(within).evaluate((element, words) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    /** @type {[Text, number][]} */
    const texts = [];
    let all = '';
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      texts.push([/** @type {Text} */ (node), all.length]);
      all += /** @type {Text} */ (node).data;
    }
    const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s+');
    const found = new RegExp(pattern).exec(all);
    const at = (/** @type {number} */ index) => {
      const [node, start] = texts.find(([node, start]) => index <= start + node.data.length) ?? [element, 0];
      return /** @type {const} */ ([node, index - start]);
    };
    const start = found?.index ?? 0;
    getSelection()?.setBaseAndExtent(...at(start), ...at(start + (found?.[0].length ?? 0)));
    element.scrollIntoView({ block: 'center' });
  }, words);

/**
 * How the passage is found again, as the page's own script says it.
 *
 * @param {Page} page
 * @param {string} exact
 * @returns {Promise<Annotation>}
 */
const annotationOf = (page, exact) =>
  page.evaluate(
    async ([exact, address]) => {
      const { ArticleText, selectorOf } = await import(`${address}`);
      const { text } = new ArticleText(document.querySelector('article'));
      const start = text.indexOf(exact);
      return selectorOf(text, start, start + `${exact}`.length);
    },
    [exact, `${desk.comments}/static/passages_text.js`],
  );

/**
 * Comment on passages as other readers; the comments' ids.
 *
 * @param {string} page
 * @param {Record<string, string>} said What is said, by the passage.
 */
async function annotate(page, said) {
  const reader = await open(desk.browser, articleAt('nobody-yet'));
  const ids = [];
  for (const [exact, text] of Object.entries(said)) {
    const annotation = { ...(await annotationOf(reader, exact)), rival: 0 };
    const answer = await fetch(`${desk.rejoinder.origin}/api/v1/comments`, {
      method: 'POST',
      headers: { origin: desk.host.origin, 'content-type': 'application/json' },
      body: JSON.stringify({ site: desk.host.host, page, text, name: 'Ann Lee', annotation }),
    });
    const body = await answer.json();
    assert.equal(answer.status, 201, JSON.stringify(body));
    ids.push(body.comment.id);
  }
  await reader.context().close();
  await desk.shows(page, ids.at(-1));
  return ids;
}

/** The passages that are marked. @param {Page} page @returns {Promise<string[]>} */
const marked = (page) =>
  page.evaluate(() =>
    [...(CSS.highlights.get('rejoinder-passage') ?? [])].map((range) => `${range}`.replace(/\s+/g, ' ')).sort(),
  );

/** @param {Page} page @param {string[]} passages */
const expectMarked = (page, passages) =>
  until(`these to be marked: ${passages}`, async () => `${await marked(page)}` === `${[...passages].sort()}`);

/** @param {Page} page */
const icons = (page) => page.locator('rejoinder-passage button');

/** @param {Page} page */
const panel = (page) => page.locator('rejoinder-panel .rj-panel');

/** @param {Page} page */
const offer = (page) => page.getByRole('button', { name: 'Comment on this passage' });

/** Where the keyboard is, in shadow roots, too. @param {Page} page */
const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) {
      at = at.shadowRoot.activeElement;
    }
    return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
  });

test('a reader comments on a passage, and it is there for the next', async () => {
  const page = await read('written', { rest: '&csp=strict' });
  await select(page, '#lead', 'one crossing more in the evening');
  await offer(page).click();
  const form = page.locator('#compose');
  await form.getByText('one crossing more in the evening').waitFor();
  await form.locator('textarea').fill('Is one enough?');
  await until('the draft to be kept', () => page.evaluate(() => 'rejoinder:drafts:gazette.localhost written' in localStorage));

  await page.reload();
  await form.getByText('one crossing more in the evening').waitFor();
  assert.equal(await form.locator('textarea').inputValue(), 'Is one enough?');
  await sign(form, 'Ann Lee');
  await form.locator('[data-rj=send]').click();
  await page.getByText('Your comment is posted.').waitFor();

  await icons(page).waitFor();
  assert.equal(await form.getByText('one crossing').count(), 0);
  await page.reload();
  await expectMarked(page, ['one crossing more in the evening']);
  await icons(page).click();
  await panel(page).getByText('Is one enough?').waitFor();
  await expectAccessible(page);
  expectOnlyAsked(page, [desk.comments, desk.host.origin]);
  expectQuiet(page);
});

test('all is done by the keyboard, and Esc closes what it opened', async () => {
  const [id] = await annotate('keys', { 'a second crew': 'Who?' });
  const page = await read('keys');
  await icons(page).waitFor();
  assert.equal(await page.locator('#lead').getAttribute('aria-details'), `rejoinder-passage-${id}`);

  await icons(page).focus();
  await page.keyboard.press('Enter');
  await panel(page).waitFor();
  assert.equal(await icons(page).getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  assert.equal(await focused(page), '1 comment on “a second crew”');
  assert.equal(await icons(page).getAttribute('aria-expanded'), 'false');

  await page.locator('body').evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
  await select(page, '#cell', 'two crowns');
  await offer(page).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Comment on this passage');
  await page.keyboard.press('Enter');
  await page.locator('#compose').getByText('two crowns').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#compose').getByText('two crowns').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => `${getSelection()}`), 'two crowns');
  expectQuiet(page);
});

test('a comment leads to its passage, and says so where that is gone', async () => {
  await annotate('jump', { 'the second boat': 'Which one?', 'twenty minutes': 'Or thirty?' });
  const page = await read('jump');
  await expectMarked(page, ['the second boat', 'twenty minutes']);
  const link = page.locator('[data-rj=passage]');

  await link.filter({ hasText: 'twenty minutes' }).press('Enter');
  await until('the icon to have the focus', async () => /twenty minutes/.test(await focused(page)));
  await page.locator('#last').evaluate((last) => last.remove());
  await expectMarked(page, ['twenty minutes']);
  await link.filter({ hasText: 'the second boat' }).press('Enter');

  await page.getByText('This passage is no longer in the article.').waitFor();
  expectQuiet(page);
});

test('the last comments on a passage are shown, and all of them in the thread', async () => {
  const [root] = await annotate('last', { 'season ticket': 'Does it hold in winter?' });
  for (const text of ['I think so.', 'It does.', 'It did last year.', 'Thanks.']) {
    await desk.post('last', text, { parent: root, name: 'Bo Ruiz' });
  }
  const page = await read('last');
  await until('all to be counted', async () => {
    await page.reload();
    await icons(page).waitFor();
    return (await icons(page).innerText()) === '5';
  });
  await icons(page).click();
  await panel(page).waitFor();

  assert.deepEqual(await panel(page).locator('.rj-text').allInnerTexts(), ['It does.', 'It did last year.', 'Thanks.']);
  await panel(page).getByText('View all 5').click();
  await page.locator('[data-rj=list]').getByText('Does it hold in winter?').waitFor();
  await page.getByText('Part of the discussion').waitFor();
  expectQuiet(page);
});

test('a passage that another comments on meanwhile is marked with the comment', async () => {
  const page = await read('meanwhile');
  await annotate('meanwhile', { 'the second boat': 'Which one?' });

  await page.getByRole('button', { name: '1 new comment' }).click();

  await expectMarked(page, ['the second boat']);
  await icons(page).click();
  await panel(page).getByText('Which one?').waitFor();
  expectQuiet(page);
});

/** What stays or goes, by what is done to the article. @type {Record<string, [act: () => void, passages: string[]]>} */
const EDITS = {
  'a paragraph is put before it': [
    () => document.querySelector('#lead')?.insertAdjacentHTML('beforebegin', '<p>It rained, and one crossing was late.</p>'),
    ['one crossing more in the evening', 'the harbour office has found a second crew'],
  ],
  'a word of it is another': [
    () => document.querySelector('#lead i')?.replaceWith('extra'),
    ['one crossing extra in the evening', 'the harbour office has found a second crew'],
  ],
  'its paragraph is moved': [
    () => document.querySelector('#last')?.after(/** @type {Node} */ (document.querySelector('#lead'))),
    ['one crossing more in the evening', 'the harbour office has found a second crew'],
  ],
  'it is deleted': [() => document.querySelector('#lead')?.remove(), []],
  'its sentences change places': [
    () => {
      const lead = /** @type {Element} */ (document.querySelector('#lead'));
      lead.textContent =
        'Passengers asked for it in the spring, and the harbour office has found a second crew. The old timetable comes back on Monday, with one crossing more in the evening.';
    },
    ['one crossing more in the evening', 'the harbour office has found a second crew'],
  ],
  'it is typed again': [
    () => {
      const lead = /** @type {Element} */ (document.querySelector('#lead'));
      lead.textContent = `${lead.textContent}`.replace(/ /g, '\u00a0').replace('crossing', 'cros\u00adsing');
    },
    ['one cros\u00adsing more in the evening', 'the harbour office has found a second crew'],
  ],
  'only what is like it is left': [
    () => {
      const lead = /** @type {Element} */ (document.querySelector('#lead'));
      lead.textContent = 'There is one crossing in the morning, and one in the afternoon. Nobody has found a crew.';
    },
    [],
  ],
};

test('a passage goes where its words go, and nowhere else', async (context) => {
  await annotate('edited', {
    'one crossing more in the evening': 'Is one enough?',
    'the harbour office has found a second crew': 'Who?',
  });
  for (const [name, [edit, passages]] of Object.entries(EDITS)) {
    await context.test(name, async () => {
      const page = await read('edited');
      await expectMarked(page, ['one crossing more in the evening', 'the harbour office has found a second crew']);

      await page.evaluate(edit);

      await expectMarked(page, passages);
      await until('as many icons', async () => (await icons(page).count()) === passages.length);
      expectQuiet(page);
      await page.context().close();
    });
  }
});

test('a passage that was taken away is found again when it is back', async () => {
  await annotate('back', { 'the second boat': 'Which one?' });
  const page = await read('back');
  await expectMarked(page, ['the second boat']);
  const last = await page.locator('#last').elementHandle();
  const whole = await last?.evaluate((last) => last.textContent);

  await last?.evaluate((last) => last.replaceWith());
  await expectMarked(page, []);
  await last?.evaluate((last) => document.querySelector('#lead')?.before(last));

  await expectMarked(page, ['the second boat']);
  assert.equal(await last?.evaluate((last) => last.textContent), whole);
  expectQuiet(page);
});

test('what an app writes into a text that an icon parts stands there once', async () => {
  await annotate('app', { 'the second boat': 'Which one?' });
  const page = await read('app');
  await icons(page).waitFor();
  const text = 'The council votes on the second boat in the winter, and that is all.';

  await page.locator('#last').evaluate((last, text) => {
    /** @type {Text} */ (last.firstChild).data = text;
  }, text);

  await until('the icon to be back', async () => (await icons(page).count()) === 1);
  assert.equal(await page.locator('#last').evaluate((last) => last.textContent), text);
  expectQuiet(page);
});

test('the article is as it was when the thread is gone', async () => {
  await annotate('gone', {
    'the second boat': 'Which?',
    'whoever wants to be heard': 'I do.',
    'as the council decided': 'When?',
  });
  const page = await open(desk.browser, articleAt('gone', '&script=none'));
  const nodes = () => page.locator('main > article').evaluate((article) => {
    const all = [...article.querySelectorAll('*')].map((it) => it.childNodes.length);
    return `${article.innerHTML} ${all}`;
  });
  const whole = await nodes();
  await page.goto(articleAt('gone'));
  await until('the icons', async () => (await icons(page).count()) === 3);

  await page.locator('rejoinder-thread').evaluate((thread) => thread.remove());

  await until('the article to be whole', async () => (await nodes()) === whole);
  assert.deepEqual(await marked(page), []);
  assert.equal(await page.evaluate(() => document.adoptedStyleSheets.length), 0);
  expectQuiet(page);
});

test('an app that goes on to another page takes its marks along, and one that renders late is waited for', async () => {
  await annotate('first', { 'the second boat': 'Which one?' });
  await annotate('second', { 'twenty minutes': 'Or thirty?' });
  const page = await read('first');
  await expectMarked(page, ['the second boat']);

  const html = await page.locator('main > article').evaluate((article) => {
    const { innerHTML } = article;
    article.replaceChildren();
    document.querySelector('rejoinder-thread')?.setAttribute('page', 'second');
    return innerHTML;
  });
  await expectMarked(page, []);
  await page.getByText('Or thirty?').waitFor();
  await page.locator('main > article').evaluate((article, html) => {
    article.innerHTML = html.replace(/<rejoinder-.*?<\/rejoinder-\w+>/g, '');
  }, html);

  await expectMarked(page, ['twenty minutes']);
  expectQuiet(page);
});

test('passages stand in lists, tables, captions, links, and in every script', async () => {
  const passages = [
    'one crossing more',
    'as the council decided',
    'harbour master 🚢⚓️, who wore a café',
    'twenty minutes',
    'A crossing costs'.toLowerCase(),
    'two crowns',
    'The north quay',
    'الرصيف الشمالي',
  ];
  await annotate('kinds', Object.fromEntries(passages.map((passage) => [passage, `On ${passage}`])));
  const page = await read('kinds');

  await expectMarked(page, passages);
  assert.equal(await page.locator('a rejoinder-passage, table > rejoinder-passage, ul > rejoinder-passage').count(), 0);
  await expectAccessible(page);
  for (const nth of passages.keys()) {
    await icons(page).nth(nth).click();
    await until('the panel of the passage', async () => (await panel(page).locator('.rj-text').innerText()).startsWith('On '));
    assert.equal(await page.locator('p > rejoinder-panel, tr > rejoinder-panel, ul > rejoinder-panel').count(), 0);
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
  }
  expectQuiet(page);
});

for (const width of [390, 768, 1280]) {
  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    test(`what is said of a passage is read beside the text or under it, ${width} wide, ${scheme}`, async () => {
      const name = `wide-${width}-${scheme}`;
      await annotate(name, { 'one crossing more in the evening': 'Is one enough?' });
      const page = await read(name, { width, scheme });
      await icons(page).click();
      await panel(page).waitFor();

      const [text, box] = await Promise.all([page.locator('#lead').boundingBox(), panel(page).boundingBox()]);
      assert.ok(text && box);
      const isBeside = box.x >= text.x + text.width;
      assert.equal(isBeside, width === 1280);
      assert.ok(isBeside || box.y >= text.y + text.height);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await expectAccessible(page);
      expectQuiet(page);
    });
  }
}

test('on a touch screen the offer keeps clear of what the device offers', async () => {
  const page = await read('touch', { width: 390 });
  await select(page, '#lead', 'The old timetable');
  const button = offer(page);
  await button.waitFor();
  await button.tap();

  await page.locator('#compose').getByText('The old timetable').waitFor();
  expectQuiet(page);
});

test('a passage that is too long is said to be', async () => {
  const page = await read('long');
  await page.locator('#price').evaluate((price) => {
    price.textContent = 'word '.repeat(300);
    getSelection()?.selectAllChildren(price);
  });

  await page.locator('rejoinder-offer p.rj-offer').getByText('1,000 characters at most').waitFor();
  assert.equal(await offer(page).count(), 0);
});

test('a browser that cannot mark shows the icons alone', async () => {
  await annotate('unmarked', { 'the second boat': 'Which one?' });
  const context = await desk.browser.newContext();
  await context.addInitScript(() => {
    delete (/** @type {any} */ (CSS).highlights);
    Object.defineProperty(CSS, 'highlights', { value: undefined, configurable: true });
    delete (/** @type {any} */ (CSS).highlights);
    delete (/** @type {any} */ (globalThis).Highlight);
    delete (/** @type {any} */ (Object.getPrototypeOf(CSS)).highlights);
  });
  const page = await open(context, articleAt('unmarked'));
  await thread(page);
  await icons(page).click();

  await panel(page).getByText('Which one?').waitFor();
  assert.equal(await page.evaluate(() => 'highlights' in CSS), false);
  expectQuiet(page);
});

test('nothing of it is loaded where it is not allowed and not used', async () => {
  await allow('off');
  const page = await open(desk.browser, `${desk.host.origin}/empty`);
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(articleAt('bare'));
  await thread(page);
  await page.waitForLoadState('networkidle');
  await select(page, '#lead', 'The old timetable');
  await page.waitForLoadState('networkidle');

  assert.deepEqual(asked.filter((url) => /passages|annot/.test(url)), []);
  expectQuiet(page);
});
