import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from './harness.js';

const WEB = fileURLToPath(new URL('..', import.meta.url));

/** What a type checker says of a name that nothing declares, that is declared twice, or used too early. */
const ASTRAY = /error TS(1\d{3}|2300|2304|2448|2451|2552|2588): /;

test('no script that is served uses a name that nothing declares', async () => {
  const host = { host: 'paper.example', origin: 'https://paper.example' };
  const [server, folder] = [await serve([host]), await mkdtemp(join(tmpdir(), 'rejoinder-served-'))];
  try {
    for (const area of ['widget', 'desk', 'pages', 'shared']) {
      const names = (await readdir(join(WEB, area))).filter((name) => name.endsWith('.js'));
      for (const name of names) {
        const answer = await fetch(`${server.origin}/static/${name}`);
        await writeFile(join(folder, name), await answer.text());
      }
    }

    const names = await readdir(folder);
    assert.ok(names.includes('thread.js'));
    assert.deepEqual((await check(names.map((name) => join(folder, name)))).filter((line) => ASTRAY.test(line)), []);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
});

/** What the checker says of scripts without types, most of which does not matter. @param {string[]} files */
async function check(files) {
  const options = ['--allowJs', '--checkJs', '--noEmit', '--ignoreConfig', '--types', ''];
  const language = ['--target', 'esnext', '--module', 'esnext', '--moduleDetection', 'force'];
  const compiler = join(WEB, 'node_modules/.bin/tsc');
  /** @type {string} */
  const said = await new Promise((resolve) => {
    execFile(compiler, [...options, ...language, ...files], { maxBuffer: 1e8 }, (_, stdout) => resolve(stdout));
  });
  return said.split('\n');
}
