/** What the documentation tells its readers to type, as it stands there. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The repository's folder, in which the README's commands are run. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The code blocks of a language in a section.
 *
 * @param {string} file From the repository's folder.
 * @param {string} heading
 * @param {string} language As behind the fence.
 */
export async function blocks(file, heading, language) {
  const sections = (await readFile(ROOT + file, 'utf8')).split(/^##+ /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const found = [...section.matchAll(/^```(\S*)\n(.*?)^```$/gms)];
  const asked = found.filter(([, name]) => name === language).map(([, , text = '']) => text);
  if (asked.length === 0) {
    throw new Error(`${file} has no block of ${language} below "${heading}"`);
  }
  return asked;
}

/**
 * The first of them.
 *
 * @param {Parameters<typeof blocks>} where
 */
export async function block(...where) {
  const [first = ''] = await blocks(...where);
  return first;
}

/**
 * The command lines of the first block of a section.
 *
 * @param {string} file
 * @param {string} heading
 */
export async function commands(file, heading) {
  return (await block(file, heading, 'sh')).trim().split('\n');
}
