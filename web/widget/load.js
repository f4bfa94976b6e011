/**
 * What is loaded when it is first used. As the module map of HTML has it, Chromium remembers what it could not
 * fetch for an `import()`, and never asks again: one request that was lost would be lost until the page is loaded
 * anew. So the build writes `load('a', 'b')` for each `import('./a.js')`, with all that `a.js` imports itself, and
 * nothing is imported before all of it could be fetched.
 */

/** What has been fetched, by its address. @type {Record<string, string>} */
const fetched = {};

/** @param {string[]} names Of the script, and of those that it imports. */
export async function load(...names) {
  // They stand beside this file, which is part of the thread's, and are of the same version.
  const addresses = names.map((name) => import.meta.url.replace(/thread(?=\.js)/, name));
  await Promise.all(addresses.map(async (it) => (fetched[it] ??= await (await reach(it)).text())));
  return import(/** @type {string} */ (addresses[0]));
}

/**
 * Fetch; what goes wrong is thrown as a problem.
 *
 * @param {string} address
 * @param {RequestInit} [how]
 */
export async function reach(address, how) {
  const answer = await fetch(address, how).catch(() => {
    throw { code: navigator.onLine ? 'unreachable' : 'offline' };
  });
  if (!answer.ok) {
    throw { status: answer.status, ...(await answer.json().catch(() => ({}))) };
  }
  return answer;
}
