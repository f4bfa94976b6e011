/** A publisher's own site: pages that hold a story, and what its publisher has put under it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

/**
 * @typedef {object} Press
 * @property {string} host With its port.
 * @property {string} origin
 * @property {(html: string) => void} print What stands under each story from now on, of which `/story` is one.
 * @property {() => Promise<void>} stop
 */

/**
 * Serve a story at every path.
 *
 * @param {string} name
 * @returns {Promise<Press>}
 */
export async function startPress(name) {
  let under = '';
  const style = await readFile(new URL('../hostsite/public/host.css', import.meta.url), 'utf8');
  const server = createServer(({ url = '/' }, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(story(style, under.replaceAll('/story', url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const host = `${name}:${port}`;
  return {
    host,
    origin: `http://${host}`,
    print: (html) => {
      under = html;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/**
 * @param {string} style
 * @param {string} under
 */
function story(style, under) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ferry returns to the north quay</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>The News</header>
<main>
<h1>Ferry returns to the north quay</h1>
<p>The old timetable comes back on Monday, with one crossing more in the evening. Passengers asked
for it in the spring, and the harbour office has found a second crew.</p>
${under}
</main>
</body>
</html>
`;
}
