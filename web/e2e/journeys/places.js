/**
 * Where people meet Rejoinder: each place is set up as the documentation says, by its own words,
 * and differs from them only in what keeps the tests apart from the machine they run on.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startBrowser } from '../browser.js';
import { answers, binary, freeAddress, freshFolder, launch, unwrapped, until } from '../harness.js';
import { ROOT, block, commands } from './docs.js';
import { startNginx } from './nginx.js';
import { startPress } from './press.js';

/** What the documentation calls the publication and the server. */
const SITE = 'news.example';
const COMMENTS = `https://comments.${SITE}`;

/**
 * @typedef {object} Place
 * @property {string} name
 * @property {import('../browser.js').Browser} browser
 * @property {'light' | 'dark'} scheme What the people here prefer.
 * @property {boolean} [isApart] Whether the stories have a cookie jar of their own.
 * @property {string} site The site's host.
 * @property {string} comments The server's origin, as browsers know it.
 * @property {string} owner The link that signs its owner in, as the console showed it.
 * @property {(slug: string) => string} story The address of a story.
 * @property {(text: string) => string} here What the documentation says, with the names of this place.
 * @property {(to: string) => Promise<string>} mail The next mail to somebody.
 * @property {(script: string, env?: Record<string, string>) => Promise<string>} sh Type something into a shell.
 * @property {() => Promise<void>} stop
 */

/**
 * The demo, by the first command of the README, or by the program that the tests are given instead of what
 * that would build.
 *
 * @returns {Promise<Place>}
 */
export async function demo() {
  const { folder, listen, env } = await ground();
  const origin = `http://${listen}`;
  const [command = ''] = await commands('README.md', 'Try it');
  const built = process.env['REJOINDER_BIN'];
  const [, args = ''] = command.split(' -- ');
  const program = launch((built ? `${built} ${args}` : command).split(' '), { cwd: ROOT, env });
  await answers(program, origin);
  const said = program.log.join('\n');
  const site = /admin\/([^/]+)\/mails/.exec(said)?.[1] ?? assert.fail(said);
  return open({
    name: 'demo',
    scheme: 'light',
    folder,
    env,
    site,
    comments: origin,
    owner: linkIn(said),
    story: (slug) => `${origin}/articles/${slug}`,
    here: (text) => text.replaceAll(COMMENTS, origin).replaceAll(SITE, site),
    programs: [program],
  });
}

/** A folder of articles, served as `docs/operators/configuring.md` says. @returns {Promise<Place>} */
export async function articles() {
  const { folder, listen, env } = await ground();
  const origin = `http://${listen}`;
  const config = join(folder, 'rejoinder.toml');
  await writeFile(config, await block('docs/operators/configuring.md', 'A publication of your own', 'toml'));
  const publication = join(folder, 'publication');
  await cp(join(ROOT, 'demo'), publication, { recursive: true });
  Object.assign(env, mailsInto(folder));
  Object.assign(env, { REJOINDER_CONFIG: config, REJOINDER_PUBLICATION_FOLDER: publication });
  const here = (/** @type {string} */ text) => text.replaceAll(COMMENTS, origin);
  const { program, owner } = await follow(here, env, origin);
  return open({
    name: 'articles',
    scheme: 'dark',
    folder,
    env,
    site: SITE,
    comments: origin,
    owner,
    story: (slug) => `${origin}/articles/${slug}`,
    here,
    programs: [program],
  });
}

/**
 * A site that embeds a server of another site, by the README's lines. No cookie is shared.
 *
 * @returns {Promise<Place>}
 */
export async function embedded() {
  const { folder, listen, env } = await ground();
  const origin = `http://${listen}`;
  const press = await startPress('gazette.localhost');
  const here = (/** @type {string} */ text) =>
    text
      .replaceAll(COMMENTS, origin)
      .replaceAll(`https://${SITE}`, press.origin)
      .replaceAll(new RegExp(`(?<!@)${SITE}`, 'g'), press.host);
  press.print(here(await snippet()));
  Object.assign(env, mailsInto(folder));
  const { program, owner } = await follow(here, env, origin);
  return open({
    name: 'embedded',
    scheme: 'light',
    isApart: true,
    folder,
    env,
    site: press.host,
    comments: origin,
    owner,
    story: (slug) => `${press.origin}/${slug}`,
    here,
    programs: [press, program],
  });
}

/**
 * The names of the documentation themselves, behind nginx as `docs/operators/running.md` says.
 *
 * @returns {Promise<Place>}
 */
export async function behindNginx() {
  const { folder, listen, env } = await ground();
  const press = await startPress('127.0.0.1');
  press.print(await snippet());
  const nginx = await startNginx(folder, { listen, press: press.origin });
  const config = join(folder, 'rejoinder.toml');
  await writeFile(config, await block('docs/operators/running.md', 'Behind a web server', 'toml'));
  Object.assign(env, mailsInto(folder), nginx.env, { REJOINDER_CONFIG: config });
  const here = (/** @type {string} */ text) => text;
  const { program, owner } = await follow(here, env, `http://${listen}`);
  return open({
    name: 'nginx',
    scheme: 'dark',
    flags: nginx.flags,
    folder,
    env,
    site: SITE,
    comments: COMMENTS,
    owner,
    story: (slug) => `https://${SITE}/${slug}`,
    here,
    programs: [nginx, press, program],
  });
}

/**
 * @typedef {object} Ground
 * @property {string} folder
 * @property {Record<string, string>} env
 * @property {string[]} [flags] Of the browser.
 * @property {{stop: () => Promise<void>}[]} programs
 */

/**
 * Let people in.
 *
 * @param {Ground & Omit<Place, 'browser' | 'mail' | 'sh' | 'stop'>} ground
 * @returns {Promise<Place>}
 */
async function open({ folder, env, flags, programs, ...place }) {
  const browser = await startBrowser(flags);
  return {
    ...place,
    browser,
    mail: (to) => mailTo(join(folder, 'mails'), to),
    sh: (script, more) => shell(script, { ...env, ...more }),
    stop: async () => {
      await browser.close();
      for (const program of programs) {
        await program.stop();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a publisher puts under a story. */
async function snippet() {
  const lines = await block('README.md', 'Put it on a page', 'html');
  return lines + (await block('docs/publishers/embedding.md', 'Without script', 'html'));
}

/**
 * Set a server up by the lines of the README, the last of which serves.
 *
 * @param {(text: string) => string} here
 * @param {Record<string, string>} env Gets what they export.
 * @param {string} origin Where it answers.
 */
async function follow(here, env, origin) {
  const lines = (await commands('README.md', 'Put it on a page')).map(here);
  const serve = lines.pop() ?? '';
  const said = await shell(lines.join('\n'), env);
  for (const line of lines) {
    const [, name, value = ''] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (name) {
      env[name] = value;
    }
  }
  const program = launch(serve.split(' '), { cwd: ROOT, env });
  await answers(program, origin);
  return { program, owner: linkIn(said) };
}

/** What keeps a server apart from this machine; and whoever walks here is quicker than people are. */
async function ground() {
  const [folder, listen] = [await freshFolder(), await freeAddress()];
  /** @type {Record<string, string>} */
  const env = {
    PATH: [dirname(await binary()), process.env['PATH']].join(delimiter),
    REJOINDER_LISTEN: listen,
    REJOINDER_INTERNAL: 'off',
    REJOINDER_DATA: folder,
    REJOINDER_RATE_LIMITS: 'off',
  };
  return { folder, listen, env };
}

/** @param {string} folder */
function mailsInto(folder) {
  return {
    REJOINDER_MAIL_SERVER: pathToFileURL(join(folder, 'mails')).href,
    REJOINDER_MAIL_FROM: `talk@${SITE}`,
  };
}

/**
 * @param {string} script
 * @param {Record<string, string>} env
 */
async function shell(script, env) {
  const how = { cwd: ROOT, env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], how);
  return stdout;
}

/** The link that signs an owner in. @param {string} text What the console showed. */
function linkIn(text) {
  return /http\S+\/auth\/sign-in\?\S+/.exec(text)?.[0] ?? assert.fail(text);
}

/**
 * The next mail to somebody, taken out of the folder.
 *
 * @param {string} folder
 * @param {string} to
 */
async function mailTo(folder, to) {
  let found = '';
  await until(`a mail to ${to}`, async () => {
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      const mail = unwrapped(await readFile(join(folder, name), 'utf8'));
      if (mail.includes(`To: ${to}`)) {
        await rm(join(folder, name));
        found = mail;
        return true;
      }
    }
    return false;
  });
  return found;
}
