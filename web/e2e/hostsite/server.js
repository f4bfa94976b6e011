/**
 * A publisher's site on another origin than Rejoinder's, as the browser tests embed it.
 *
 * Every page takes `?csp=strict` for a policy with Trusted Types, `?script=` for one of the ways in
 * which a script is loaded, `?root=small` for a root with a small font, and `?page=` for the
 * thread's page; without it a page's own address is its key, as on a real site.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

/** Browsers take every name under `localhost` for this machine, and each for a site of its own. */
const HOST = 'gazette.localhost';

const FILES = /** @type {const} */ ({
  '/app.js': 'text/javascript; charset=utf-8',
  '/host.css': 'text/css; charset=utf-8',
  '/icon.svg': 'image/svg+xml',
  '/small.css': 'text/css; charset=utf-8',
});

/**
 * @typedef {object} HostSite
 * @property {string} host The name under which Rejoinder knows the site.
 * @property {string} origin
 * @property {(rejoinder: string) => void} embed Which Rejoinder its pages embed, as an origin.
 * @property {() => Promise<void>} stop
 */

/**
 * Start the site. `/story` has one thread, `/two` has two, `/app` adds, moves, removes and
 * changes the element by script, `/listen` has a place for the player in its article, `/kept/…` has one that keeps standing wherever the app goes, and
 * `/front` counts the comments of `?n=` stories, and `/long-read` has an article of many kinds of
 * blocks. `/bundle/…` is a script of Rejoinder's in a file of
 * the site's own.
 *
 * @returns {Promise<HostSite>}
 */
export async function startHostSite() {
  let rejoinder = '';
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? HOST}`);
    const known = Object.entries(FILES).find(([path]) => path === url.pathname);
    if (known) {
      const [path, type] = known;
      readFile(new URL(`./public${path}`, import.meta.url)).then(
        (bytes) => response.writeHead(200, { 'content-type': type }).end(bytes),
        () => response.writeHead(500).end(),
      );
      return;
    }
    if (url.pathname.startsWith('/bundle/')) {
      // By its number, because not every resolver knows the names under `localhost`.
      const { port } = new URL(rejoinder);
      fetch(`http://127.0.0.1:${port}/${url.pathname.slice('/bundle/'.length)}`).then(
        async (answer) =>
          response
            .writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' })
            .end(`const own = 1;${await answer.text()}`),
        () => response.writeHead(500).end(),
      );
      return;
    }
    const body = bodyOf(url);
    if (body === null) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('referrer-policy', 'strict-origin-when-cross-origin');
    if (url.searchParams.get('csp') === 'strict') {
      response.setHeader('content-security-policy', strictPolicy(rejoinder));
    }
    response.end(document(url, body, rejoinder));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the host site has no port');
  }
  return {
    host: HOST,
    origin: `http://${HOST}:${address.port}`,
    embed: (origin) => {
      rejoinder = origin;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * What a strict publisher allows: Rejoinder's files, requests, pictures and frames, and the one
 * policy that makes its HTML.
 *
 * @param {string} rejoinder
 */
function strictPolicy(rejoinder) {
  return [
    "default-src 'none'",
    `script-src 'self' ${rejoinder}`,
    `style-src 'self' ${rejoinder}`,
    `connect-src ${rejoinder}`,
    `img-src 'self' ${rejoinder}`,
    `media-src ${rejoinder}`,
    `frame-src ${rejoinder}`,
    `form-action 'self' ${rejoinder}`,
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types rejoinder',
  ].join('; ');
}

/**
 * The `<main>` of a page, or null where there is none.
 *
 * @param {URL} url
 */
function bodyOf(url) {
  const key = url.searchParams.get('page') ?? `${url.origin}${url.pathname}`;
  switch (url.pathname) {
    case '/story':
      return `${article('Ferry returns to the north quay')}${thread(key)}`;
    case '/two':
      return `${article('Two questions for the council')}
        <h2>On the bridge</h2>${thread(`${key}/bridge`)}
        <h2>On the market</h2>${thread(`${key}/market`)}`;
    case '/app':
      return `${article('All in one page')}
        <p><button id="add">Add</button> <button id="move">Move</button>
        <button id="remove">Remove</button> <button id="next">Next story</button></p>
        <div id="first"></div><div id="second"></div>
        <script type="module" src="/app.js"></script>`;
    case '/front':
      return front(url);
    case '/long-read':
      return `${LONG_READ}${thread(key)}`;
    case '/listen':
      return `${article('Listen to the meeting')}<rejoinder-player></rejoinder-player>${thread(key)}`;
    case '/empty':
      return article('Nothing here yet');
    default:
      return url.pathname.startsWith('/kept/')
        ? `${article('Wherever you go')}<rejoinder-thread site="${HOST}"></rejoinder-thread>`
        : null;
  }
}

/**
 * The stories of a front page, under long names in another script, with their numbers of comments.
 *
 * @param {URL} url
 */
function front(url) {
  const items = Array.from({ length: Number(url.searchParams.get('n') ?? 2) }, (_, n) => {
    const story = new URL(`/новини/${'паром-повертається-'.repeat(4)}${n}`, url).href;
    return `<li><a href="${story}" data-rejoinder-count></a></li>`;
  });
  return `${article('All stories')}<ul>${items.join('')}</ul>`;
}

/** An article with what a passage can stand in. */
const LONG_READ = `<article>
  <h1>Ferry returns to the north quay</h1>
  <p id="lead">The old timetable comes back on Monday, with <b>one crossing <i>more</i></b> in the evening.
    Passengers asked for it in the spring, and the harbour office has found a second crew.</p>
  <p id="price">Whoever holds a season ticket need do nothing. A single crossing stays at its price, <a
    href="/front">as the council decided</a>. “We heard you,” said the harbour master 🚢⚓️, who wore a café-coloured coat.</p>
  <ul>
    <li id="first">Departures every twenty minutes until nine.</li>
    <li>Bicycles are carried free of charge.</li>
  </ul>
  <table>
    <caption>What a crossing costs from Monday on</caption>
    <tr><th>Ticket</th><th>Price</th></tr>
    <tr><td>Single crossing</td><td id="cell">two crowns and fifty</td></tr>
  </table>
  <figure><img src="/icon.svg" alt="" width="32" height="32">
    <figcaption>The north quay, seen from the harbour office.</figcaption></figure>
  <blockquote dir="rtl" lang="ar"><p id="arabic">العبارة تعود إلى الرصيف الشمالي يوم الاثنين القادم مع رحلة إضافية في المساء.</p></blockquote>
  <p id="last">The council votes on the second boat in the autumn, and whoever wants to be heard can write to it until then.</p>
</article>`;

/** @param {string} headline */
function article(headline) {
  return `<h1>${headline}</h1>
    <p>The old timetable comes back on Monday, with one crossing more in the evening. Passengers
    asked for it in the spring, and the harbour office has found a second crew.</p>
    <p>Whoever holds a season ticket need do nothing. A single crossing stays at its price.</p>`;
}

/** @param {string} key */
function thread(key) {
  return `<rejoinder-thread site="${HOST}" page="${escape(key)}"></rejoinder-thread>`;
}

/**
 * The ways in which a script is loaded, each as what stands in the head and at the end of the body.
 *
 * @type {Record<string, (rejoinder: string, file: string) => [head: string, end?: string]>}
 */
const WAYS = {
  async: (rejoinder, file) => [`<script src="${rejoinder}/${file}" SITE async></script>`],
  before: (rejoinder, file) => [`<script src="${rejoinder}/${file}" SITE></script>`],
  after: (rejoinder, file) => ['', `<script src="${rejoinder}/${file}" SITE></script>`],
  module: (rejoinder, file) => [`<script type="module" src="${rejoinder}/${file}" SITE></script>`],
  import: (rejoinder, file) => [
    `<meta name="rejoinder-server" SITE>
    <script type="module">import('${rejoinder}/${file}')</script>`,
  ],
  bundled: (rejoinder, file) => [
    `<meta name="rejoinder-server" content="${rejoinder}/" SITE><script src="/bundle/${file}"></script>`,
  ],
  'bundled-module': (rejoinder, file) => [
    `<meta name="rejoinder-server" content="${rejoinder}/" SITE>
    <script type="module" src="/bundle/${file}"></script>`,
  ],
};

/** The names of the ways. */
export const WAYS_TO_LOAD = Object.keys(WAYS);

/**
 * @param {URL} url
 * @param {string} body
 * @param {string} rejoinder
 */
function document(url, body, rejoinder) {
  const file = url.pathname === '/front' ? 'count.js' : 'embed.js';
  const way = WAYS[url.searchParams.get('script') ?? 'async'];
  const tags = rejoinder && way ? way(rejoinder, file) : [];
  const [head = '', end = ''] = tags.map((tag = '') => tag.replace('SITE', `data-site="${HOST}"`));
  const canonical = url.searchParams.get('canonical');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The Gazette</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/host.css">
${canonical ? `<link rel="canonical" href="${escape(canonical)}">` : ''}
${url.searchParams.get('root') === 'small' ? '<link rel="stylesheet" href="/small.css">' : ''}
${head}
</head>
<body>
<header>The Gazette</header>
<main>${body}</main>
${end}
</body>
</html>
`;
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
