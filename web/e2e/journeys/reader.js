/** What readers do, from their first look to taking back what they said. */
import assert from 'node:assert/strict';
import { Person, answered, comment, linkIn, others, othersSee, tabTo } from './people.js';

/** @typedef {import('./places.js').Place} Place */
/** @typedef {import('./people.js').Locator} Locator */
/** @typedef {import('./people.js').Page} Page */

/**
 * On a phone, by touch.
 *
 * @param {Place} place
 * @param {string} slug
 */
export async function readOnAPhone(place, slug) {
  const [asked, answer] = ['Is the night boat coming back, too?', 'The clerk says so, from May.'];
  await others(place, slug, { name: 'Bob Oak', texts: [asked] });
  const ann = new Person(place, 'phone', { width: 390, height: 844 });
  const page = await ann.read(slug);
  await page.getByRole('heading', { name: /comment/ }).scrollIntoViewIfNeeded();
  const other = comment(page, 'Bob Oak', asked);
  await ann.look(page, 'read');

  const up = other.getByRole('button', { name: 'Vote up' });
  await up.tap();
  await other.locator('[data-score="1"]').waitFor();
  assert.equal(await up.getAttribute('aria-pressed'), 'true');

  await other.getByRole('link', { name: 'Reply' }).tap();
  await page.getByRole('textbox', { name: 'Reply to Bob Oak' }).fill('I hope so: it is a lifelin for us.');
  await ann.look(page, 'reply');
  await page.getByRole('button', { name: /^Post/ }).tap();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ann Lee');
  await ann.look(page, 'named');
  await page.getByRole('button', { name: /^Post/ }).tap();
  await page.getByText('Your comment is posted.').waitFor();
  await ann.look(page, 'posted');
  const posted = comment(page, 'Ann Lee', 'lifelin');
  await posted.getByRole('textbox', { name: 'E-mail' }).fill('ann@reader.example');
  await posted.getByRole('button', { name: 'Email me replies' }).tap();
  await page.getByText('Check your email').waitFor();
  await ann.look(page, 'subscribed');

  const own = comment(page, 'Ann Lee', 'lifelin');
  await own.getByRole('link', { name: 'Edit' }).tap();
  const text = own.getByRole('textbox', { name: 'Your comment' });
  await text.fill((await text.inputValue()).replace('lifelin ', 'lifeline '));
  await ann.look(page, 'edit');
  await own.getByRole('button', { name: 'Save' }).tap();
  await page.getByText('Your change is saved.').waitFor();
  await comment(page, 'Ann Lee', 'a lifeline for us').getByText('edited').waitFor();

  const mail = await ann.go(linkIn(await place.mail('ann@reader.example'), '/notices/'));
  await ann.look(mail, 'confirm');
  await mail.getByRole('button', { name: 'Confirm' }).tap();
  await mail.getByText('Your address is confirmed.').waitFor();
  await ann.look(mail, 'confirmed');

  await others(place, slug, {
    name: 'Cleo Moss',
    texts: [answer],
    to: { name: 'Ann Lee', text: 'a lifeline for us' },
  });
  const told = await place.mail('ann@reader.example');
  assert.match(told, /Subject: Cleo Moss replied/);
  assert.match(told, new RegExp(`> ${answer}`));
  const reply = await ann.go(answered(told));
  await comment(reply, 'Cleo Moss', answer).waitFor();
  await ann.look(reply, 'told');

  const sign = page.getByRole('link', { name: 'Sign in' });
  await page.getByRole('textbox', { name: 'Your comment' }).tap();
  const window = await ann.window(page, () => sign.tap());
  await window.getByRole('textbox', { name: /^E-mail address/ }).fill('ann@reader.example');
  await ann.look(window, 'sign-in');
  await window.getByRole('button', { name: 'Send me a link' }).tap();
  await window.getByText('Check your email').waitFor();
  await ann.look(window, 'sent');
  const door = await ann.go(linkIn(await place.mail('ann@reader.example'), '/auth/link'));
  await door.getByRole('textbox', { name: 'The name that readers will see' }).fill('Ann Lee');
  await ann.look(door, 'link');
  await door.getByRole('button', { name: 'Sign in' }).tap();
  await door.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await ann.look(door, 'signed-in');
  await page.getByText('You are signed in.').waitFor();

  const mine = comment(page, 'Ann Lee', 'a lifeline for us');
  await mine.getByRole('button', { name: 'Delete' }).tap();
  const count = await counted(page);
  await ann.look(page, 'delete');
  await mine.getByRole('button', { name: 'Delete it' }).tap();
  await page.getByText('Your comment is deleted.').waitFor();
  assert.equal(await counted(page), count - 1);
  await ann.look(page, 'deleted');
  await ann.leave();
  await othersSee(place, slug, 'the comment to be gone', async (page) => {
    const gone = (await page.getByText('a lifeline for us').count()) === 0;
    return gone && (await page.getByText(answer).isVisible());
  });
}

/**
 * By keyboard alone.
 *
 * @param {Place} place
 * @param {string} slug
 */
export async function readByKeyboard(place, slug) {
  const [asked, answer] = ['Who pays for the second crew?', 'The harbour office does.'];
  await others(place, slug, { name: 'Bob Oak', texts: [asked] });
  const dan = new Person(place, 'keyboard', {});
  const page = await dan.read(slug);
  const other = comment(page, 'Bob Oak', asked);

  const up = other.getByRole('button', { name: 'Vote up' });
  await tabTo(up);
  await page.keyboard.press('Space');
  await other.locator('[data-score="1"]').waitFor();
  assert.equal(await up.getAttribute('aria-pressed'), 'true');
  await dan.look(page, 'voted');

  await tabTo(other.getByRole('link', { name: 'Reply' }));
  await page.keyboard.press('Enter');
  const text = page.getByRole('textbox', { name: 'Reply to Bob Oak' });
  await focused(text);
  await page.keyboard.type('Not us, I hop.');
  // On the way here the form above the comments has opened, too.
  const form = page.locator('form').filter({ has: text });
  await dan.look(page, 'reply');
  await tabTo(form.getByRole('button', { name: /^Post/ }));
  await page.keyboard.press('Enter');
  await focused(form.getByRole('textbox', { name: 'Name', exact: true }));
  await page.keyboard.type('Dan Fell');
  await page.keyboard.press('Enter');
  await page.getByText('Your comment is posted.').waitFor();
  const own = comment(page, 'Dan Fell', 'Not us, I hop');
  await focused(own);
  await dan.look(page, 'posted');
  await tabTo(own.getByRole('textbox', { name: 'E-mail' }));
  await page.keyboard.type('dan@reader.example');
  await page.keyboard.press('Enter');
  await page.getByText('Check your email').waitFor();
  await focused(own);

  await tabTo(own.getByRole('link', { name: 'Edit' }));
  await page.keyboard.press('Enter');
  await focused(own.getByRole('textbox', { name: 'Your comment' }));
  for (const key of ['Control+End', 'Backspace', 'e', '.']) {
    await page.keyboard.press(key);
  }
  await tabTo(own.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Enter');
  await page.getByText('Your change is saved.').waitFor();
  const mine = comment(page, 'Dan Fell', 'Not us, I hope.');
  await focused(mine);

  const mail = await dan.go(linkIn(await place.mail('dan@reader.example'), '/notices/'));
  await tabTo(mail.getByRole('button', { name: 'Confirm' }));
  await mail.keyboard.press('Enter');
  await mail.getByText('Your address is confirmed.').waitFor();
  await dan.look(mail, 'confirmed');
  await others(place, slug, {
    name: 'Cleo Moss',
    texts: [answer],
    to: { name: 'Dan Fell', text: 'Not us, I hope.' },
  });
  const told = await dan.go(answered(await place.mail('dan@reader.example')));
  await focused(comment(told, 'Cleo Moss', answer));
  await dan.look(told, 'told');

  await tabTo(page.getByRole('textbox', { name: 'Your comment' }), 'Shift+Tab');
  await tabTo(page.getByRole('link', { name: 'Sign in' }));
  const window = await dan.window(page, () => page.keyboard.press('Enter'));
  await tabTo(window.getByRole('textbox', { name: /^E-mail address/ }));
  await window.keyboard.type('dan@reader.example');
  await window.keyboard.press('Enter');
  await window.getByText('Check your email').waitFor();
  const door = await dan.go(linkIn(await place.mail('dan@reader.example'), '/auth/link'));
  await tabTo(door.getByRole('textbox', { name: 'The name that readers will see' }));
  await door.keyboard.type('Dan Fell');
  await door.keyboard.press('Enter');
  await door.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await dan.look(door, 'signed-in');
  await page.getByText('You are signed in.').waitFor();

  const count = await counted(page);
  await tabTo(mine.getByRole('button', { name: 'Delete' }));
  await page.keyboard.press('Enter');
  await focused(mine.getByRole('button', { name: 'Keep it' }));
  await tabTo(mine.getByRole('button', { name: 'Delete it' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Your comment is deleted.').waitFor();
  await focused(page.getByRole('region', { name: 'Comments' }).locator('[aria-label]:focus'));
  assert.equal(await counted(page), count - 1);
  await dan.look(page, 'deleted');
  await dan.leave();
}

/**
 * Without script, by plain pages.
 *
 * @param {Place} place
 * @param {string} slug
 */
export async function readWithoutScript(place, slug) {
  const [asked, answer] = ['Will there be a dog fare?', 'Dogs go free, says the clerk.'];
  await others(place, slug, { name: 'Bob Oak', texts: [asked] });
  const eve = new Person(place, 'without-script', { width: 390, height: 844, script: false });
  const page = await eve.go(place.story(slug));
  await eve.look(page, 'story');
  await discuss(page);
  await eve.look(page, 'read');

  await comment(page, 'Bob Oak', asked).getByRole('button', { name: 'Vote up' }).click();
  await comment(page, 'Bob Oak', asked).getByText('1', { exact: true }).waitFor();
  await eve.look(page, 'voted');

  await comment(page, 'Bob Oak', asked).getByRole('link', { name: 'Reply' }).click();
  await page.getByRole('textbox', { name: 'Your reply' }).fill('Mine is a smal one.');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Eve Low');
  await page.getByRole('textbox', { name: /^E-mail/ }).fill('eve@reader.example');
  await page.getByRole('combobox', { name: 'Notify me of' }).first().selectOption('replies to mine');
  await eve.look(page, 'reply');
  await page.getByRole('button', { name: /^Post/ }).click();
  await comment(page, 'Eve Low', 'Mine is a smal one.').waitFor();
  await eve.look(page, 'posted');

  await comment(page, 'Eve Low', 'smal').getByRole('link', { name: 'Edit or delete' }).click();
  await page.getByRole('textbox', { name: 'Your comment' }).fill('Mine is a small one.');
  await eve.look(page, 'edit');
  await page.getByRole('button', { name: 'Save' }).click();
  await comment(page, 'Eve Low', 'Mine is a small one.').getByText('edited').waitFor();

  const mail = await eve.go(linkIn(await place.mail('eve@reader.example'), '/notices/'));
  await mail.getByRole('button', { name: 'Confirm' }).click();
  await mail.getByText('Your address is confirmed.').waitFor();
  await eve.look(mail, 'confirmed');
  await others(place, slug, {
    name: 'Cleo Moss',
    texts: [answer],
    to: { name: 'Eve Low', text: 'Mine is a small one.' },
  });
  const told = await eve.go(answered(await place.mail('eve@reader.example')));
  await discuss(told);
  await comment(told, 'Cleo Moss', answer).waitFor();
  await eve.look(told, 'told');

  const sign = page.getByRole('link', { name: 'Sign in' });
  const window = await eve.go((await sign.evaluate((a) => /** @type {HTMLAnchorElement} */ (a).href)));
  await window.getByRole('textbox', { name: /^E-mail address/ }).fill('eve@reader.example');
  await eve.look(window, 'sign-in');
  await window.getByRole('button', { name: 'Send me a link' }).click();
  await window.getByText('Check your email').waitFor();
  await window.goto(linkIn(await place.mail('eve@reader.example'), '/auth/link'));
  await window.getByRole('textbox', { name: 'The name that readers will see' }).fill('Eve Low');
  await window.getByRole('button', { name: 'Sign in' }).click();
  await comment(window, 'Eve Low', 'Mine is a small one.')
    .or(window.getByRole('heading', { name: 'You are signed in' }))
    .first()
    .waitFor();
  await eve.look(window, 'signed-in');

  await page.reload();
  await comment(page, 'Eve Low', 'small').getByRole('link', { name: 'Edit or delete' }).click();
  await page.getByText('Delete this comment').click();
  await eve.look(page, 'delete');
  await page.getByRole('button', { name: 'Delete it' }).click();
  await comment(page, 'Cleo Moss', answer).waitFor();
  assert.equal(await page.getByText('Mine is a small one.').count(), 0);
  await eve.look(page, 'deleted');
  await eve.leave();
}

/** Without script, a page that embeds the comments has a link to them. @param {Page} page */
async function discuss(page) {
  const link = page.getByRole('link', { name: 'Comments', exact: true });
  if (await link.isVisible()) {
    await link.click();
  }
}

/** It has the focus. @param {Locator} place */
async function focused(place) {
  await place.and(place.page().locator(':focus')).waitFor();
}

/** How many comments the heading counts. @param {Page} page */
async function counted(page) {
  const heading = await page.getByRole('heading', { name: /\d comments?$/ }).innerText();
  return Number(heading.replace(/\D/g, ''));
}
