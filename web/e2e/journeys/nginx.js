/** Debian's nginx, configured as `docs/operators/running.md` says. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freeAddress, launch, until } from '../harness.js';
import { block } from './docs.js';

const SITE = 'news.example';
const COMMENTS = `comments.${SITE}`;

/** A publisher's pages on another site than the comments. */
export const AWAY = 'gazette.example';

const NAMES = [SITE, COMMENTS, AWAY];

/**
 * Start it before the server at `listen`, and before the publisher's own site at `press`.
 *
 * `flags` lead a browser to it under the names of the documentation, and `env` leads curl there.
 *
 * @param {string} folder
 * @param {{listen: string, press: string}} behind
 */
export async function startNginx(folder, { listen, press }) {
  const address = await freeAddress();
  const { key, certificate } = await certify(folder);
  const server = (await block('docs/operators/running.md', 'Behind a web server', 'nginx'))
    .replace('listen 443 ssl', `listen ${address} ssl`)
    .replace('127.0.0.1:8080', listen);
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    events {}
    http {
        access_log off;
        ssl_certificate ${certificate};
        ssl_certificate_key ${key};
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join('\n        ')}
        ${server}
        server {
            listen ${address} ssl;
            server_name ${SITE} ${AWAY};
            location / {
                proxy_pass ${press};
            }
        }
    }
    `,
  );
  const nginx = process.env['REJOINDER_TEST_NGINX'] ?? '/usr/sbin/nginx';
  const program = launch([nginx, '-p', folder, '-c', config, '-e', 'stderr'], { cwd: folder, env: {} });
  const curl = join(folder, 'curl');
  await mkdir(curl);
  await writeFile(
    join(curl, '.curlrc'),
    `cacert = "${certificate}"\n` +
      NAMES.map((name) => `connect-to = "${name}:443:${address}"\n`).join(''),
  );
  const env = { CURL_HOME: curl };
  const ask = () => promisify(execFile)('curl', ['-sf', `https://${SITE}/`], { env: { ...process.env, ...env } });
  await until('nginx to answer', async () => {
    if (program.hasEnded()) {
      throw new Error(`nginx ended:\n${program.log.join('\n')}`);
    }
    return ask().then(() => true, () => false);
  });
  return {
    flags: [`--host-resolver-rules=${NAMES.map((name) => `MAP ${name}:443 ${address}`).join(', ')}`],
    env,
    stop: program.stop,
  };
}

/** A certificate that nobody but the test vouches for. @param {string} folder */
async function certify(folder) {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', `/CN=${SITE}`, '-addext', `subjectAltName=${NAMES.map((name) => `DNS:${name}`).join(',')}`],
    ...['-keyout', key, '-out', certificate],
  ]);
  return { key, certificate };
}
