import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from './harness.js';

const WEB = fileURLToPath(new URL('..', import.meta.url));

/** A script whose name is missing: a checker that says nothing of it has looked at nothing. */
const FAULTY = 'faulty.js';

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

    await writeFile(join(folder, FAULTY), 'missing();');
    const names = await readdir(folder);
    assert.ok(names.includes('thread.js'));

    const said = await check(folder, names);

    const astray = said.filter((line) => ASTRAY.test(line));
    const [known, ...others] = astray.sort((a, b) => Number(b.startsWith(FAULTY)) - Number(a.startsWith(FAULTY)));
    assert.match(known ?? '', /^faulty\.js.*'missing'/, said.slice(0, 20).join('\n'));
    assert.deepEqual(others, []);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
});

/** What the checker says of scripts without types, most of which does not matter. @param {string} cwd @param {string[]} files */
async function check(cwd, files) {
  const options = ['--allowJs', '--checkJs', '--noEmit', '--ignoreConfig', '--types', '', '--pretty', 'false'];
  const language = ['--target', 'esnext', '--module', 'esnext', '--moduleDetection', 'force'];
  const compiler = join(WEB, 'node_modules/.bin/tsc');
  /** @type {string} */
  const said = await new Promise((resolve, reject) => {
    execFile(compiler, [...options, ...language, ...files], { cwd, maxBuffer: 1e8 }, (error, stdout) =>
      // Where it has found something, it ends with a number; where it did not run, with a word, or a signal.
      error && typeof error.code !== 'number' ? reject(error) : resolve(stdout));
  });
  return said.split('\n');
}
