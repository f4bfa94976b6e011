/** What a developer does with nothing but the documentation and curl. */
import assert from 'node:assert/strict';
import { block } from './docs.js';

/** @typedef {import('./places.js').Place} Place */

/**
 * From the address of the server to the comments of a story, and to what an owner's token allows.
 *
 * @param {Place} place
 * @param {string} slug
 * @param {string} token
 */
export async function develop(place, slug, token) {
  const { comments, site, sh } = place;
  const docs = await sh(`curl -sSf ${comments}/docs`);
  const [, path = ''] = /href="(\/openapi[^"]*)"/.exec(docs) ?? [];
  const contract = JSON.parse(await sh(`curl -sSf ${comments}${path}`));
  for (const [route, acts] of Object.entries(contract.paths)) {
    for (const act of Object.keys(acts)) {
      assert.ok(docs.includes(`${act.toUpperCase()} ${route}`), `/docs does not tell of ${act} ${route}`);
    }
  }
  const named = `-G --data-urlencode site=${site} --data-urlencode page=${place.story(slug)}`;
  const thread = JSON.parse(await sh(`curl -sSf ${named} ${comments}/api/v1/thread`));
  assert.ok(thread.comments.length > 0, JSON.stringify(thread));
  const counts = JSON.parse(await sh(`curl -sSf ${named} ${comments}/api/v1/counts`));
  assert.deepEqual(counts.counts, { [place.story(slug)]: thread.n_comments });
  const [{ id, url }] = thread.comments;
  const one = JSON.parse(await sh(`curl -sSf ${comments}/api/v1/comments/${id}?site=${site}`));
  assert.equal(one.comment.id, id);
  assert.match(await sh(`curl -sSfL ${url}`), /<html/);
  const refused = JSON.parse(await sh(`curl -sS ${comments}/api/v1/comments -d '{}' -H 'content-type: application/json'`));
  assert.equal(refused.code, 'origin_refused');

  const queue = place.here(await block('docs/publishers/api-tokens.md', 'Using it', 'sh'));
  const waiting = JSON.parse(await sh(queue, { TOKEN: token }));
  assert.ok(Array.isArray(waiting.comments), JSON.stringify(waiting));
}
