/** What the newsroom does: an owner sets up, a moderator decides. */
import { until } from '../harness.js';
import { block } from './docs.js';
import { Person, comment, others, othersSee } from './people.js';
import { startPress } from './press.js';

/** @typedef {import('./people.js').Page} Page */
/** @typedef {import('./people.js').Locator} Locator */
/** @typedef {import('./places.js').Place} Place */

/**
 * What an owner gives to others.
 *
 * @typedef {object} Given
 * @property {string} link Lets a moderator in.
 * @property {string} token Lets a program in.
 */

/**
 * An owner, from the link that the console shows to a newsroom that works.
 *
 * @param {Place} place
 * @returns {Promise<Given>}
 */
export async function own(place) {
  const olga = new Person(place, 'owner', { height: 1000 });
  const page = await olga.go(place.owner);
  await page.getByRole('textbox', { name: 'The name that readers will see' }).fill('Olga Nye');
  await olga.look(page, 'link');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await olga.look(page, 'signed in');
  await page.getByRole('link', { name: 'Go to the moderators’ desk' }).click();
  await page.getByRole('heading', { name: 'Held', exact: true }).waitFor();
  await olga.look(page, 'desk');

  await turnTo(page, 'Overview');
  await olga.look(page, 'overview');
  await turnTo(page, 'People');
  await page.getByRole('textbox', { name: 'E-mail address' }).fill('kim@reader.example');
  await page.getByRole('button', { name: 'Create a link' }).click();
  const link = await page.getByText(/^http\S+\/auth\/sign-in\S+$/).innerText();
  await olga.look(page, 'people');

  await embed(olga, page);
  await turnTo(page, 'API tokens');
  await page.getByRole('textbox', { name: 'What the program is called' }).fill('Evening report');
  for (const scope of await page.getByRole('checkbox').all()) {
    await scope.check();
  }
  await page.getByRole('button', { name: 'Create a token' }).click();
  const token = await page.getByRole('textbox', { name: 'The new token' }).inputValue();
  await olga.look(page, 'token');

  await turnTo(page, 'Settings');
  await page.getByRole('combobox', { name: 'When comments appear.' }).selectOption('When a moderator has approved them');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('status').getByText('Saved.').waitFor();
  await olga.look(page, 'settings');
  await othersSee(place, 'eleven-minutes', 'comments to wait', async (story) => {
    await story.getByRole('textbox', { name: 'Your comment' }).click();
    const post = story.getByRole('button', { name: /^Post/ });
    return (await post.innerText()) === 'Post for review';
  });
  await olga.leave();
  return { link, token };
}

/**
 * Put the comments on a page of another address, by the lines of the README.
 *
 * @param {Person} olga
 * @param {Page} page
 */
async function embed(olga, page) {
  const { place } = olga;
  const press = await startPress('second.localhost');
  try {
    const lines = await block('README.md', 'Put it on a page', 'html');
    press.print(place.here(lines).replace('<rejoinder-thread', `<rejoinder-thread site="${place.site}" page="second"`));
    await turnTo(page, 'Settings');
    const addresses = page.getByRole('textbox', { name: /^Addresses of your pages/ });
    await addresses.fill(`${await addresses.inputValue()}\n${press.origin}`);
    await page.getByRole('button', { name: 'Save the addresses' }).click();
    await page.getByRole('status').getByText('Saved.').waitFor();
    const reader = new Person(place, 'owner', {});
    const story = await reader.go(`${press.origin}/story`);
    await until('the comments to be there', async () => {
      const thread = story.locator('[data-rj=thread][data-live]');
      return (await thread.waitFor({ timeout: 1000 }).then(() => true, () => story.reload())) === true;
    });
    await story.getByRole('textbox', { name: 'Your comment' }).fill('It works from here, too.');
    await story.getByRole('button', { name: /^Post/ }).click();
    await story.getByRole('textbox', { name: 'Name', exact: true }).fill('Ida Bell');
    await story.getByRole('button', { name: /^Post/ }).click();
    await story.getByText('Your comment is posted.').waitFor();
    await reader.look(story, 'embedded');
    await reader.leave();
  } finally {
    await press.stop();
  }
}

/** Go on by the rail. @param {Page} page @param {string} name */
async function turnTo(page, name) {
  await page.getByRole('navigation', { name: 'Newsroom' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
}

/**
 * A moderator of a site whose comments wait: the queue, an author, and the thread itself.
 *
 * @param {Place} place
 * @param {string} slug
 * @param {string} link
 */
export async function moderate(place, slug, link) {
  const said = ['The first is fair.', 'The second is off topic.', 'The third sells pills.', 'The fourth is fair, too.'];
  await others(place, slug, { name: 'Gil Roe', texts: said });
  const kim = new Person(place, 'moderator', { height: 1000 });
  const page = await kim.go(place.story(slug));
  const headline = await page.getByRole('heading', { level: 1 }).innerText();
  await page.goto(link);
  await page.getByRole('textbox', { name: 'The name that readers will see' }).fill('Kim Ode');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Go to the moderators’ desk' }).click();
  await page.getByRole('heading', { name: 'Held', exact: true }).waitFor();
  await page.locator('html[data-live]').waitFor();
  await page.getByRole('article').getByRole('link', { name: headline }).first().waitFor();
  await kim.look(page, 'queue');
  await clear(page, said);
  await kim.look(page, 'cleared');

  await page.getByRole('link', { name: /^Approved/ }).click();
  await knowTheAuthor(kim, page, said[0] ?? '');
  await takeBack(kim, page);
  await moderateInside(kim, slug, said[0] ?? '');
  await kim.leave();
}

/**
 * Decide on all that waits, by buttons and by keys.
 *
 * @param {Page} page
 * @param {string[]} said
 */
async function clear(page, [fair = '', off = '', pills = '', more = '']) {
  const row = (/** @type {string} */ text) => page.getByRole('article').filter({ hasText: text });
  const told = page.getByRole('status');
  await row(pills).getByRole('button', { name: 'Spam' }).click();
  await told.getByText('Marked as spam.').waitFor();

  await row(off).getByText('Reason, note').click();
  await row(off).getByRole('combobox', { name: 'Reason' }).selectOption('off topic');
  await row(off).getByRole('textbox', { name: 'Note to the author' }).fill('Please stay with the article.');
  await row(off).getByRole('button', { name: 'Reject' }).click();
  await told.getByText('Rejected.').waitFor();

  await row(fair).getByRole('button', { name: 'Reject' }).click();
  await page.locator('[data-nr=told]').getByRole('button', { name: 'Undo' }).click();
  await told.getByText('Undone.').waitFor();
  await row(fair).getByRole('button', { name: 'Approve' }).click();
  await told.getByText('Approved.').waitFor();

  await row(more).focus();
  await page.keyboard.press('a');
  await told.getByText('Approved.').waitFor();
  await row(more).waitFor({ state: 'detached' });
}

/**
 * Open the author's drawer, and do in it all that it offers.
 *
 * @param {Person} kim
 * @param {Page} page
 * @param {string} text
 */
async function knowTheAuthor(kim, page, text) {
  const row = page.getByRole('article').filter({ hasText: text });
  await row.getByRole('link', { name: 'Gil Roe' }).click();
  const drawer = page.getByRole('dialog', { name: 'Gil Roe' });
  await drawer.getByRole('heading', { name: 'Gil Roe' }).waitFor();
  await kim.look(page, 'author');
  const told = page.getByRole('status');

  await drawer.getByRole('textbox', { name: 'Note for moderators' }).fill('Sold pills once.');
  await drawer.getByRole('button', { name: 'Add the note' }).click();
  await drawer.getByRole('listitem').filter({ hasText: 'Noted' }).getByText('Sold pills once.').waitFor();
  await drawer.getByRole('radio', { name: /wait|held/i }).first().check();
  await drawer.getByRole('button', { name: 'Save' }).click();
  await told.getByText(/from now on/).waitFor();

  await drawer.getByText('Suspend', { exact: true }).first().click();
  await drawer.getByRole('textbox', { name: 'Reason, for moderators only' }).fill('Pills');
  await drawer.getByRole('button', { name: 'Suspend' }).click();
  await drawer.getByText(/^Suspended until/).first().waitFor();
  await kim.look(page, 'suspended');
  const end = drawer.getByRole('button', { name: 'End the suspension' });
  await end.click();
  await end.waitFor({ state: 'detached' });

  await drawer.getByText('Ban', { exact: true }).first().click();
  await drawer.getByRole('textbox', { name: 'Reason, shown to the author' }).fill('No more pills.');
  await drawer.getByRole('button', { name: 'Ban', exact: true }).click();
  await drawer.getByText(/^Banned permanently/).first().waitFor();
  await kim.look(page, 'banned');
  const lift = drawer.getByRole('button', { name: 'Lift the ban' });
  await lift.click();
  await lift.waitFor({ state: 'detached' });
  await drawer.getByRole('button', { name: 'Close' }).click();
  await drawer.waitFor({ state: 'detached' });
}

/** Undo a decision in the log. @param {Person} kim @param {Page} page */
async function takeBack(kim, page) {
  await turnTo(page, 'Log');
  await kim.look(page, 'log');
  const spam = page.getByRole('row').filter({ hasText: 'Marked as spam' }).filter({ hasText: 'Kim Ode' });
  await spam.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('status').getByText('Undone.').waitFor();
  await page.getByRole('link', { name: /^Held/ }).click();
  await page.getByRole('article').filter({ hasText: 'The third sells pills.' }).waitFor();
}

/**
 * Decide where the comment stands.
 *
 * @param {Person} kim
 * @param {string} slug
 * @param {string} text
 */
async function moderateInside(kim, slug, text) {
  const page = await kim.read(slug);
  const own = comment(page, 'Gil Roe', text);
  if (kim.place.isApart) {
    await page.getByRole('textbox', { name: 'Your comment' }).click();
    const window = await kim.window(page, () => page.getByRole('link', { name: 'Sign in' }).click());
    await kim.look(window, 'hand over');
    await window.getByRole('button', { name: 'Continue as Kim Ode' }).click();
    await page.getByText('You are signed in.').waitFor();
  }
  await own.getByRole('link', { name: 'Moderate' }).click();
  await own.getByRole('combobox', { name: 'Reason' }).selectOption('off topic');
  await kim.look(page, 'inside');
  await own.getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Readers no longer see this comment.').first().waitFor();
  await kim.look(page, 'taken');
  await othersSee(kim.place, slug, 'the comment to be gone', async (story) => (await story.getByText(text).count()) === 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await own.waitFor();
  await own.getByRole('link', { name: 'Moderate' }).click();
  await own.getByRole('button', { name: 'Feature' }).click();
  await own.getByText('Featured').waitFor();
  await kim.look(page, 'featured');
  await othersSee(kim.place, slug, 'the comment to be back', (story) => comment(story, 'Gil Roe', text).isVisible());
}
