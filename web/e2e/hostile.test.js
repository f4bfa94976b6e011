import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectOnlyAsked, expectQuiet, open, startBrowser } from './browser.js';
import { demo } from './harness.js';

/** @typedef {import('playwright-core').Browser} Browser */

/** @type {import('./harness.js').Rejoinder} */
let paper;
/** @type {Browser} */
let browser;
/** @type {string} */
let article;

/** What strangers may try: each would say so, or ask another host, if it ran. */
const TRIED = [
  '<script>window.hit = 1</script>',
  '<img src=x onerror="window.hit = 1"><img src="https://stranger.invalid/1.png">',
  '<svg onload="window.hit = 1"><style>@import "https://stranger.invalid/2.css"</style></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img src=x onerror="window.hit = 1">--></style>',
  '<noscript><p title="</noscript><img src=x onerror=window.hit=1>"></noscript>',
  '</article></rejoinder-thread></aside><script>window.hit = 1</script>',
  '<base href="https://stranger.invalid/"><meta http-equiv=refresh content="0;url=//stranger.invalid">',
  '<link rel=stylesheet href="https://stranger.invalid/3.css"><style>* { display: none }</style>',
  '<form action="https://stranger.invalid/"><button autofocus onfocus="window.hit = 1">Go</button></form>',
  '<iframe srcdoc="<script>parent.hit = 1</script>"></iframe><object data="//stranger.invalid"></object>',
  '<a href="&#106;avascript:window.hit=1" id=hit name=compose>click</a>',
  '[a](javascript:window.hit=1) [b](data:text/html,<script>alert(1)</script>) [c](vbscript:x)',
  '![a](https://stranger.invalid/4.png) ![b](x"onerror="window.hit=1)',
  '<https://stranger.invalid/5?"onmouseover="window.hit=1>',
  '`</code><script>window.hit = 1</script>` ||<script>window.hit = 1</script>||',
  '{{constructor.constructor("window.hit=1")()}} ${window.hit=1} <%= 1 %>',
  '"><template shadowrootmode=open><script>window.hit = 1</script></template>',
];

before(async () => {
  paper = await demo();
  browser = await startBrowser();
  const front = await (await fetch(paper.origin)).text();
  const path = /href="(\/articles\/[^"#]+)"/.exec(front)?.[1];
  assert.ok(path, front);
  article = new URL(path, paper.origin).href;
  const text = await (await fetch(article)).text();
  const site = /<aside class="discussion"[^>]* data-site="([^"]+)"/.exec(text)?.[1];
  const page = /<link rel="canonical" href="([^"]+)"/.exec(text)?.[1];
  for (const [n, tried] of TRIED.entries()) {
    const answer = await fetch(`${paper.origin}/api/v1/comments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: paper.origin },
      body: JSON.stringify({
        site,
        page,
        text: `No. ${n}: ${tried}`,
        name: `"><img src=x onerror=window.hit=1> ${n}`.slice(0, 50),
        title: '</title><script>window.hit = 1</script>',
      }),
    });
    assert.ok(answer.ok, await answer.text());
  }
});

after(async () => {
  await browser.close();
  await paper.stop();
});

for (const script of [true, false]) {
  const how = script ? 'with script' : 'without script';
  test(`nothing that strangers write under an article runs or asks anybody else, ${how}`, async () => {
    const page = await open(browser, article, { script });
    let nDialogs = 0;
    page.on('dialog', (dialog) => {
      nDialogs += 1;
      return dialog.dismiss();
    });
    await page.getByText(`No. ${TRIED.length - 1}:`).first().waitFor();

    const hit = await page.evaluate(() => /** @type {any} */ (window).hit instanceof Node);
    const ran = await page.evaluate(() => /** @type {any} */ (window).hit === 1);

    assert.deepEqual([nDialogs, ran, hit], [0, false, false]);
    const discussion = page.locator('#comments');
    const forbidden = 'script:not([src]), iframe, object, svg:has(style), base, meta, style, img[src="x"]';
    assert.equal(await discussion.locator(forbidden).count(), 0);
    assert.equal(await discussion.locator('a[href^="javascript:"], a[href^="data:"]').count(), 0);
    assert.equal(await page.locator('h1').isVisible(), true);
    assert.equal(new URL(page.url()).origin, paper.origin);
    expectOnlyAsked(page, [paper.origin]);
    expectQuiet(page);
  });
}
