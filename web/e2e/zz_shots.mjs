import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open, startBrowser } from './browser.js';
import { demo } from './harness.js';
const out = '/tmp/look/shots'; await mkdir(out, { recursive: true });
const only = process.argv.slice(2);
const paper = await demo();
const browser = await startBrowser();
const site = (await paper.cli('site', 'list')).match(/\S+/)?.[0];
console.log('site', await paper.cli('site', 'list'));
try {
  const front = await open(browser, paper.origin);
  const link = front.locator('main a[href], article a[href]').first();
  const story = await link.evaluate((a) => a.href);
  await front.context().close();
  const langs = only.length ? only : ['en', 'de', 'ar', 'ja'];
  for (const lang of langs) {
    await paper.cli('site', 'set', process.env.SITE ?? 'localhost', 'language', lang).catch((e) => console.log(String(e).slice(0, 300)));
    await new Promise((r) => setTimeout(r, 6500));
    for (const [width, scheme] of [[390, 'light'], [390, 'dark'], [768, 'light'], [1280, 'light'], [1280, 'dark']]) {
      if (lang !== 'en' && width === 768) continue;
      const page = await open(browser, story, { width, scheme, height: width === 390 ? 844 : 900 });
      const shot = (n) => page.screenshot({ path: join(out, `${lang}-${width}-${scheme}-${n}.png`) });
      await page.locator('.rj-thread[data-live]').waitFor();
      await page.locator('.rj-thread').first().evaluate((t) => t.scrollIntoView());
      await page.waitForTimeout(400);
      await shot('1thread');
      await page.locator('#compose textarea').click();
      await page.locator('#compose textarea').fill('The **old** timetable was better.\n\nI kept mine.');
      await page.waitForTimeout(500);
      await shot('2composer');
      await page.locator('#compose [data-rj=send]').click();
      await page.locator('#compose [name=name]').fill('Ann Lee');
      await shot('3name');
      await page.locator('#compose [data-rj=send]').click();
      await page.locator('[data-rj=own]:not([hidden])').first().waitFor();
      await page.waitForTimeout(900);
      await page.locator('.rj-thread').first().evaluate((t) => t.scrollIntoView());
      await shot('4posted');
      await page.locator('[data-rj=reply]').nth(1).click();
      await page.locator('li form textarea').last().fill('And yours?');
      await page.keyboard.press('Escape');
      await page.waitForTimeout(400);
      await shot('5reply-esc');
      await page.context().close();
    }
    for (const [width, scheme] of [[390, 'light'], [1280, 'dark']]) {
      const page = await open(browser, story, { width, scheme });
      await page.locator('.rj-thread[data-live]').waitFor();
      const el = page.locator('.rj-thread').first();
      await el.evaluate((t) => t.setAttribute('data-whole', ''));
      await page.screenshot({ path: join(out, `${lang}-${width}-${scheme}-0full.png`), fullPage: true });
      await page.context().close();
    }
  }
} finally { await browser.close(); await paper.stop(); }
