import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectQuiet, open } from './browser.js';
import { colleague, openDesk } from './paper.js';

/** @type {import('./paper.js').Desk} */
let desk;
/** @type {import('./browser.js').Page} */
let owner;

before(async () => {
  desk = await openDesk();
  owner = await colleague(desk, 'Olga', 'owner', { origin: desk.rejoinder.origin, width: 390 });
});
after(() => desk.stop());

/** The figure that a bar shows, and how much of it is filled. @param {import('./browser.js').Page} page */
const figures = (page) =>
  page.locator('.rj-funding').evaluate((bar) => {
    const meter = /** @type {HTMLMeterElement} */ (bar.querySelector('meter'));
    const filled = /** @type {SVGRectElement} */ (bar.querySelector('rect'));
    const box = /** @type {HTMLElement} */ (bar.querySelector('.rj-funding-bar'));
    return {
      text: bar.querySelector('strong')?.textContent?.replaceAll('\u{a0}', ' '),
      share: meter.value / meter.max,
      drawn: filled.getBoundingClientRect().width / box.getBoundingClientRect().width,
    };
  });

test('an owner adds a campaign and writes a gift down, on a phone and by keyboard', async () => {
  await owner.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/campaigns`);
  await expectAccessible(owner);
  await owner.getByLabel('Title').fill('The lease of the Ropeworks');
  await owner.getByLabel('Currency, in three letters').fill('EUR');
  await owner.getByLabel('Goal').fill('5000');
  await owner.getByLabel('Milestones').fill('2500 A month in court\n4000 Two');
  await owner.getByLabel('Where readers give').fill('https://pay.example/lease');
  await owner.keyboard.press('Enter');
  await owner.getByText('Campaign added.').waitFor();
  await expectAccessible(owner);

  await owner.getByLabel('Amount', { exact: true }).fill('3120');
  await owner.getByLabel('What it was').fill('A cheque');
  await owner.keyboard.press('Enter');
  await owner.getByText('Entry added.').waitFor();
  await owner.getByRole('cell', { name: 'A cheque' }).waitFor();
  await expectAccessible(owner);
});

test('an owner connects a processor, and what is missing is said', async () => {
  await owner.locator('select[name=processor]').selectOption('PayPal');
  await owner.getByRole('button', { name: 'Connect', exact: true }).click();
  await owner.getByText('Connected. Now copy the address').waitFor();
  await owner.getByText('Something is missing').waitFor();
  await expectAccessible(owner);

  await owner.getByLabel('Webhook ID').fill('8PT597110X687430LKGECATA');
  await owner.getByLabel('Client ID, a colon, secret').fill('client-id-0123456789:secret-0123456789');
  await owner.keyboard.press('Enter');
  await owner.getByText('Saved.').waitFor();
  assert.equal(await owner.getByText('Something is missing').count(), 0);
  assert.equal(await owner.getByLabel('Webhook ID').inputValue(), '8PT597110X687430LKGECATA');
  assert.equal(await owner.getByLabel('Client ID, a colon, secret').inputValue(), '');
  await expectAccessible(owner);
});

test('a statement is looked at before its gifts are added, and known rows are recognised', async () => {
  const statement = {
    name: 'november.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      'Booking date;Payer;Reference;Amount;Currency\n20.11.2026;Ann;A gift;25,00;EUR\n21.11.2026;Water;Bill;-80,00;EUR\n',
    ),
  };
  const upload = async () => {
    await owner.getByLabel('CSV file').first().setInputFiles(statement);
    await owner.getByRole('button', { name: 'Look at it' }).first().click();
    await owner.getByRole('heading', { name: 'Rows of the statement' }).waitFor();
  };
  await upload();
  await expectAccessible(owner);
  assert.equal(await owner.getByLabel('€25, A gift').isChecked(), true);
  assert.equal(await owner.getByLabel('−€80, Bill').isChecked(), false);
  await owner.getByRole('button', { name: 'Add the chosen rows' }).click();
  await owner.getByText('Entry added.').waitFor();
  await owner.getByRole('cell', { name: 'bank statement' }).waitFor();

  await upload();
  await owner.getByText('already in the ledger').waitFor();
  await owner.goBack();
  // Other tests count what they wrote down themselves.
  await owner.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/campaigns`);
  await owner.getByRole('link', { name: 'The lease of the Ropeworks' }).click();
  const row = owner.getByRole('row').filter({ hasText: 'bank statement' });
  await row.getByText('Reverse', { exact: false }).first().click();
  await row.getByLabel('Reason').fill('Only tried');
  await owner.keyboard.press('Enter');
  await owner.getByText('Entry reversed.').waitFor();
  await expectAccessible(owner);
});

for (const scheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [390, 1280]) {
    test(`the bar says what it draws, in ${scheme} at ${width}`, async () => {
      const page = await withBar(width, scheme);

      const { text, share, drawn } = await figures(page);

      assert.equal(text, '€3,120 of €5,000');
      assert.ok(Math.abs(share - 0.624) < 1e-6, `${share}`);
      assert.ok(Math.abs(drawn - share) < 0.005, `${drawn}`);
      await expectAccessible(page);
      expectQuiet(page);
    });
  }
}

/** A page of the publisher's with the bar in it. @param {number} width @param {'light' | 'dark'} [scheme] */
async function withBar(width, scheme) {
  const page = await open(desk.browser, `${desk.host.origin}/empty?script=none`, { width, scheme });
  await put(page);
  await page.locator('rejoinder-funding .rj-funding').first().waitFor();
  return page;
}

/** @param {import('./browser.js').Page} page */
const put = (page) =>
  page.evaluate(
    ([server, host]) => {
      const script = document.createElement('script');
      script.src = `${server}/funding.js`;
      const bar = document.createElement('rejoinder-funding');
      bar.setAttribute('site', host);
      bar.setAttribute('page', 'story');
      document.querySelector('main, body')?.append(bar, script);
    },
    /** @type {[string, string]} */ ([desk.comments, desk.host.host]),
  );

test('the way to give leads to the processor and tells it nothing', async () => {
  const page = await withBar(1280);
  const give = page.getByRole('link', { name: /^Give to “The lease of the Ropeworks” at pay\.example/ });
  assert.equal(await give.getAttribute('href'), 'https://pay.example/lease');
  assert.match((await give.getAttribute('rel')) ?? '', /noopener/);
});

test('a reader closes the bar by keyboard, and it stays closed for the session', async () => {
  const page = await withBar(1280);
  await page.getByRole('button', { name: 'Hide this' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.rj-funding').waitFor({ state: 'hidden' });

  await page.reload();
  await put(page);
  await page.locator('.rj-funding').waitFor({ state: 'attached' });
  assert.equal(await page.locator('.rj-funding').isVisible(), false);
});

test('the page of a campaign needs no script', async () => {
  const bar = await withBar(1280);
  const address = await bar.getByRole('link', { name: 'What it is for' }).getAttribute('href');
  const page = await open(desk.browser, address ?? '', { width: 390, script: false });

  await page.getByRole('heading', { name: 'The lease of the Ropeworks' }).waitFor();
  await page.getByText('A month in court', { exact: true }).waitFor();
  assert.equal((await figures(page)).text, '€3,120 of €5,000');
});

test('a reader claims a gift by its receipt, by keyboard, and is told when there is none', async () => {
  await owner.goto(`${desk.rejoinder.origin}/admin/${desk.host.host}/campaigns`);
  await owner.getByRole('link', { name: 'The lease of the Ropeworks' }).click();
  await owner.getByRole('button', { name: /^Receipt code/ }).first().click();
  await owner.getByText(/The receipt code of entry/).waitFor();
  const code = await owner.getByRole('status').locator('code').textContent();

  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    await owner.emulateMedia({ colorScheme: scheme });
    await owner.goto(`${desk.rejoinder.origin}/account/${desk.host.host}/gifts`);
    await owner.getByRole('heading', { name: 'Claim a gift' }).waitFor();
    await expectAccessible(owner);
  }
  const receipt = owner.getByLabel('Receipt code');
  await receipt.fill('no-such-receipt-code');
  await owner.keyboard.press('Enter');
  await owner.getByRole('alert').waitFor();
  assert.equal(await receipt.getAttribute('aria-invalid'), 'true');
  await expectAccessible(owner);

  await receipt.fill(code ?? '');
  await owner.keyboard.press('Enter');
  await owner.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
  await owner.getByRole('heading', { name: 'Your gifts', exact: true }).waitFor();
  await expectAccessible(owner);
});
