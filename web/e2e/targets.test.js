import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.js';
import { demo } from './harness.js';
import { colleague, openDesk, signedIn, storyAt, thread } from './paper.js';

/** In CSS pixels, by WCAG 2.5.8. */
const LEAST = 24;

/** Flatter and narrower than any font. */
const SMALL = 'body, body *, .rj-thread, .rj-thread * { font-size: 9px !important; line-height: 1 !important }';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./harness.js').Rejoinder} */
let paper;
/** @type {Awaited<ReturnType<import('./browser.js').Browser['newContext']>>} */
let kim;
/** @type {typeof kim} */
let ann;

before(async () => {
  desk = await openDesk();
  paper = await demo();
  const root = await desk.post('targets', 'A root');
  for (let n = 0; n < 5; n += 1) {
    await desk.post('targets', 'A reply', { parent: root });
  }
  await desk.shows('targets', root);
  kim = (await colleague(desk, 'Kim', 'owner')).context();
  ann = (await signedIn(desk, 'ann@paper.example', '/account')).context();
  for (const context of [kim, ann]) {
    await shrink(context);
  }
});
after(async () => {
  await paper.stop();
  await desk.stop();
});

for (const width of [390, 1280]) {
  test(`in a thread every target is large enough with any font, ${width} px wide`, async () => {
    const page = await small(desk.browser, storyAt(desk.host.origin, 'targets'), width);
    await thread(page);
    await page.locator('[data-rj=reply]').first().click();
    await page.locator('li textarea:focus').waitFor();
    await expectTargets(page);

    const own = await small(kim, storyAt(desk.host.origin, 'targets'), width);
    await own.locator('[data-rj=moderate]').first().click();
    await own.locator('.rj-moderate').waitFor();
    await expectTargets(own);
  });

  test(`on the desk and the owner's pages every target is large enough, ${width} px wide`, async () => {
    const start = await small(kim, `${desk.comments}/moderate/${desk.host.host}`, width);
    const links = await start.locator('.nr-rail a').evaluateAll((all) =>
      all.map((a) => /** @type {HTMLAnchorElement} */ (a).href),
    );
    assert.ok(links.length > 5, `${links}`);
    for (const link of new Set(links)) {
      await start.goto(link);
      await expectTargets(start);
    }
  });

  test(`on readers' pages and in the publication every target is large enough, ${width} px wide`, async () => {
    const page = await small(ann, `${desk.comments}/account`, width);
    const links = await page.locator('.rj-nav a').evaluateAll((all) =>
      all.map((a) => /** @type {HTMLAnchorElement} */ (a).href),
    );
    const query = new URLSearchParams({ site: desk.host.host, to: '/account' });
    for (const link of [...links, page.url(), desk.embed('targets'), paper.origin]) {
      await page.goto(link);
      await expectTargets(page);
    }
    const door = await small(desk.browser, `${desk.comments}/auth/sign-in?${query}`, width);
    await expectTargets(door);
  });
}

/** What a click opens on the embed page, each in an order in which the one before it is closed or does no harm. */
const OPENED = [
  ['[data-rj=notify] summary', '[data-rj=follow] button'],
  ['[data-rj=bell]', '[data-rj=notices]'],
  ['[data-rj=tabs] [data-rj=preview], [data-rj=preview]', '[data-rj=write]'],
  ['[data-rj=flag]:visible', '[data-rj=flag_form]'],
  ['[data-rj=own]:not([hidden]) [data-rj=edit]', 'form[data-rj=edit]'],
];

for (const width of [390, 1280]) {
  test(`what opens in a thread has targets that are large enough, ${width} px wide`, async () => {
    const about = `opened-${width}`;
    await desk.post(about, 'A question');
    const page = await small(ann, desk.embed(about), width);
    await page.locator('[data-rj=thread][data-live]').waitFor();
    const form = page.locator('#compose');
    await form.locator('textarea').click();
    await form.locator('textarea').fill(`My own comment, ${width} px wide`);
    await form.locator('[data-rj=send]').click();
    await page.getByText('Your comment is posted.').waitFor();
    await form.locator('textarea').fill('A second one');
    for (const [control, opened] of OPENED) {
      await page.locator(/** @type {string} */ (control)).first().click();
      await page.locator(/** @type {string} */ (opened)).first().waitFor();
      await expectTargets(page);
    }
    await page.locator('form[data-rj=edit] [data-rj=cancel]').click();
    await page.locator('[data-rj=own]:not([hidden]) [data-rj=delete]').click();
    await page.locator('[data-rj=remove]').waitFor();
    await expectTargets(page);
  });

  test(`in the drawer of an author every target is large enough, ${width} px wide`, async () => {
    const page = await small(kim, `${desk.comments}/moderate/${desk.host.host}/queues/unreviewed`, width);
    await page.locator('[data-nr=item]').first().waitFor();
    await page.keyboard.press('j');
    await page.locator('[data-nr=item]:focus').waitFor();
    await page.keyboard.press('b');
    await page.getByRole('dialog').getByLabel('Note for moderators').waitFor();
    for (const summary of await page.getByRole('dialog').locator('summary').all()) {
      await summary.click();
    }
    await expectTargets(page);
  });

  test(`on an article's page every target is large enough, ${width} px wide`, async () => {
    const page = await small(desk.browser, paper.origin, width);
    await page.locator('main h2 a, main h3 a').first().click();
    await page.locator('[data-rj=thread][data-live]').waitFor();
    await expectTargets(page);
  });
}

/** @param {typeof kim} context */
async function shrink(context) {
  await context.route(/\.css(\?|$)/, async (route) => {
    const { pathname } = new URL(route.request().url());
    const style = await (await fetch(desk.rejoinder.origin + pathname)).text();
    const headers = { 'access-control-allow-origin': '*' };
    await route.fulfill({ contentType: 'text/css', headers, body: `${style}\n${SMALL}` });
  });
}

/** @param {import('./browser.js').Browser | typeof kim} where @param {string} url @param {number} width */
async function small(where, url, width) {
  const context = 'newContext' in where ? await where.newContext() : where;
  'newContext' in where && (await shrink(context));
  const page = await open(context, 'about:blank');
  await page.setViewportSize({ width, height: 900 });
  await page.goto(url);
  return page;
}

/** @param {import('./paper.js').Page} page */
async function expectTargets(page) {
  const faults = await page.evaluate((least) => {
    const faults = new Set();
    /** @param {Element} it */
    const isInText = (it) =>
      it.localName === 'a' && getComputedStyle(it).display === 'inline' &&
      (it.closest('p,.rj-text,.text,q') !== null ||
        [...(it.parentElement?.childNodes ?? [])].some((node) => node.nodeType === 3 && node.textContent?.trim()));
    /** @param {Document | ShadowRoot} root */
    const look = (root) => {
      for (const it of root.querySelectorAll('*')) {
        it.shadowRoot && look(it.shadowRoot);
        if (!it.matches('a[href],button,input:not([type=hidden]),select,textarea,summary') || isInText(it)) {
          continue;
        }
        // A label is a part of its field.
        const boxes = [it, it.closest('label') ?? it].map((box) => box.getBoundingClientRect());
        const width = Math.max(...boxes.map((box) => box.width));
        const height = Math.max(...boxes.map((box) => box.height));
        const isHidden = !it.checkVisibility() || width <= 1 || it.matches('.skip,.nr-skip');
        if (!isHidden && (width < least - 0.01 || height < least - 0.01)) {
          const { className, dataset } = /** @type {HTMLElement} */ (it);
          const place = it.parentElement?.className || it.parentElement?.localName;
          faults.add(`${place} > ${it.localName}.${className}[${dataset['rj'] ?? ''}] ${width} x ${height}`);
        }
      }
    };
    look(document);
    return [...faults];
  }, LEAST);
  assert.deepEqual(faults, [], page.url());
}
