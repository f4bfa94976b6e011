import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startHostSite } from './hostsite/server.js';

/** @typedef {import('./hostsite/server.js').HostSite} HostSite */

const BUILD = fileURLToPath(new URL('../../target/release/rejoinder', import.meta.url));
const PATIENCE_MS = 60_000;
const LOG_LINES = 200;

/**
 * A running Rejoinder with a data folder of its own.
 *
 * @typedef {object} Rejoinder
 * @property {string} origin
 * @property {string} internal The origin of `/healthz`, `/readyz` and `/metrics`.
 * @property {string} folder
 * @property {string[]} log The last lines that it printed.
 * @property {(...args: string[]) => Promise<string>} cli Run a subcommand on the same database.
 * @property {() => Promise<void>} kill Ends it as a failing machine would.
 * @property {() => Promise<string>} mail The text of the one mail that was sent since the last call.
 * @property {() => Promise<void>} stop Ends it and removes its folder.
 */

/**
 * `rejoinder serve` on an empty SQLite database with these sites.
 *
 * @param {{host: string, origin: string}[]} sites
 * @param {Record<string, string>} [settings] More of the environment.
 * @returns {Promise<Rejoinder>}
 */
export async function serve(sites, settings = {}) {
  const folder = await freshFolder();
  const database = `sqlite:${join(folder, 'rejoinder.db')}`;
  const env = {
    REJOINDER_DATABASE: database,
    REJOINDER_MAIL_SERVER: pathToFileURL(join(folder, 'mails')).href,
    REJOINDER_MAIL_FROM: 'talk@paper.example',
    ...settings,
  };
  for (const { host, origin } of sites) {
    await cli(env, 'site', 'add', host, '--origin', origin);
  }
  return start(folder, env, ['serve']);
}

/**
 * One node of several on a database that has its sites already.
 *
 * @param {string} database
 * @param {string} [listen] Where it answers, when it must be a place that is known.
 * @returns {Promise<Rejoinder>}
 */
export async function serveNode(database, listen) {
  return start(await freshFolder(), { REJOINDER_DATABASE: database }, ['serve'], listen);
}

/**
 * An empty PostgreSQL database, and what an operator does to it behind the program's back.
 *
 * @returns {{url: string, sql: (statement: string) => Promise<string>}}
 */
export function postgres() {
  const url = needed('REJOINDER_TEST_DATABASE');
  const psql = needed('REJOINDER_TEST_PSQL');
  const sql = async (/** @type {string} */ statement) => {
    const { stdout } = await promisify(execFile)(psql, ['-XAtq', '-c', statement, url]);
    return stdout.trim();
  };
  return { url, sql };
}

/** What the runner of the tests says. @param {string} variable */
export function needed(variable) {
  const value = process.env[variable];
  if (!value) {
    throw new Error(`${variable} is not set: run the tests with \`cargo xtask test\``);
  }
  return value;
}

/**
 * `rejoinder demo` with a fresh data folder.
 *
 * @returns {Promise<Rejoinder>}
 */
export async function demo() {
  const folder = await freshFolder();
  return start(folder, {}, ['demo', '--data', folder]);
}

/**
 * A publisher's site and the Rejoinder that it embeds.
 *
 * @param {Record<string, string>} [settings] More of the server's environment.
 * @returns {Promise<{host: HostSite, rejoinder: Rejoinder, stop: () => Promise<void>}>}
 */
export async function startPaper(settings) {
  const host = await startHostSite();
  try {
    const rejoinder = await serve([host], settings);
    host.embed(rejoinder.origin);
    const stop = async () => {
      await host.stop();
      await rejoinder.stop();
    };
    return { host, rejoinder, stop };
  } catch (error) {
    await host.stop();
    throw error;
  }
}

/**
 * Wait until `condition` holds.
 *
 * @param {string} what What is waited for, for the message when it does not come.
 * @param {() => boolean | Promise<boolean>} condition
 */
export async function until(what, condition) {
  const ends = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > ends) {
      throw new Error(`waited ${PATIENCE_MS / 1000} s in vain: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * @param {string} folder
 * @param {Record<string, string>} settings
 * @param {string[]} args
 * @param {string} [where]
 * @returns {Promise<Rejoinder>}
 */
async function start(folder, settings, args, where) {
  const [listen, internal] = [where ?? (await freeAddress()), await freeAddress()];
  const env = { REJOINDER_RATE_LIMITS: 'off', ...settings, REJOINDER_INTERNAL: internal };
  const words = [await binary(), ...args, '--listen', listen];
  const program = launch(words, { cwd: folder, env });
  const stop = async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };

  const origin = `http://${listen}`;
  const { pathname } = new URL(settings['REJOINDER_BASE'] ?? origin);
  try {
    await answers(program, origin + pathname.replace(/\/$/, ''));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    origin,
    internal: `http://${internal}`,
    folder,
    log: program.log,
    cli: (...words) => cli(env, ...words),
    kill: () => program.kill(),
    mail: () => nextMail(join(folder, 'mails')),
    stop,
  };
}

/**
 * A program that runs until it is ended.
 *
 * @typedef {object} Program
 * @property {string[]} log The last lines that it printed.
 * @property {() => boolean} hasEnded
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill Ends it as a failing machine would.
 */

/**
 * Start a program that ends with this process at the latest.
 *
 * @param {string[]} words
 * @param {{cwd: string, env: Record<string, string>}} where
 * @returns {Program}
 */
export function launch(words, { cwd, env }) {
  const [program = '', ...args] = dyingWithUs(words);
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {string[]} */
  const log = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      log.push(...text.trimEnd().split('\n'));
      log.splice(0, log.length - LOG_LINES);
    });
  }
  const atExit = () => void child.kill('SIGKILL');
  process.once('exit', atExit);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    process.off('exit', atExit);
    if (!hasEnded()) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
  };
  return { log, hasEnded, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/**
 * Wait until the server that `program` is answers.
 *
 * @param {Program} program
 * @param {string} origin
 */
export async function answers(program, origin) {
  await until(`an answer of ${origin}`, async () => {
    if (program.hasEnded()) {
      throw new Error(`the server ended:\n${program.log.join('\n')}`);
    }
    return fetch(`${origin}/embed.js`).then((answer) => answer.ok, () => false);
  });
}

/**
 * The text of the one mail in `folder`, which is taken away.
 *
 * @param {string} folder
 */
async function nextMail(folder) {
  const list = () => readdir(folder).catch(() => []);
  await until('a mail', async () => (await list()).length > 0);
  const [name = ''] = await list();
  const mail = await readFile(join(folder, name), 'utf8');
  await rm(join(folder, name));
  return unwrapped(mail);
}

/** A mail as people read it: long lines whole, and every letter itself. @param {string} mail */
export function unwrapped(mail) {
  const whole = mail.replace(/=\r?\n/g, '');
  return whole.replace(/(=[0-9A-F]{2})+/g, (codes) =>
    Buffer.from(codes.replaceAll('=', ''), 'hex').toString(),
  );
}

/**
 * @param {Record<string, string>} env
 * @param {string[]} args
 */
async function cli(env, ...args) {
  const options = { env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(await binary(), args, options);
  return stdout;
}

/** The path of the program that is tested. */
export async function binary() {
  const path = process.env['REJOINDER_BIN'] ?? BUILD;
  await access(path).catch(() => {
    throw new Error(`${path} is not there: run \`cargo build --release\` first`);
  });
  return path;
}

/**
 * On Linux the kernel ends the command when this process ends, however it ends.
 *
 * @param {string[]} words
 */
function dyingWithUs(words) {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...words] : words;
}

/** An empty folder of its own. */
export function freshFolder() {
  return mkdtemp(join(tmpdir(), 'rejoinder-e2e-'));
}

/**
 * An address with a port that nobody listens on. Systems give ports from 32768 on to whoever asks for
 * any, which may be another test before the server begins to listen: these lie below.
 *
 * @returns {Promise<string>}
 */
export async function freeAddress() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(() => true, () => false);
    if (isFree) {
      server.close();
      await once(server, 'close');
      return `127.0.0.1:${port}`;
    }
  }
}
