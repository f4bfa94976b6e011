/** The walks that people take in every place, one after the other. */
import { after, before, test } from 'node:test';
import { develop } from './developer.js';
import { moderate, own } from './newsroom.js';
import { giveUp } from './people.js';
import { readByKeyboard, readOnAPhone, readWithoutScript } from './reader.js';

/** @param {() => Promise<import('./places.js').Place>} reach */
export function walk(reach) {
  /** @type {import('./places.js').Place} */
  let place;
  /** @type {import('./newsroom.js').Given} */
  let given;
  before(async () => {
    place = await reach();
  });
  after(() => place?.stop());

  journey('a reader on a phone takes part, and takes it back', () => readOnAPhone(place, 'the-bull'));
  journey('a reader does so by keyboard alone', () => readByKeyboard(place, 'plot-seventeen'));
  journey('a reader does so without script', () => readWithoutScript(place, 'four-thousand-pages'));
  journey('an owner comes from the console’s link to a newsroom that works', async () => {
    given = await own(place);
  });
  journey('a moderator clears the queue, knows an author, and decides inside the thread', () =>
    moderate(place, 'eleven-minutes', given.link),
  );
  journey('a developer gets by with the documentation and curl', () =>
    develop(place, 'eleven-minutes', given.token),
  );
}

/**
 * @param {string} name
 * @param {() => Promise<void>} walk
 */
function journey(name, walk) {
  test(name, async () => {
    try {
      await walk();
    } catch (error) {
      await giveUp();
      throw error;
    }
  });
}
