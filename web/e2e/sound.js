/** Recordings that the tests make, and how they come to a page. */

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./paper.js').Desk} Desk */

/** How long the recording lasts, in seconds. */
export const LENGTH = 40;

/** What is said in it. */
export const TRANSCRIPT = `WEBVTT

00:00.000 --> 00:05.000
<v Chair>Good evening.

00:05.000 --> 00:12.500
<v Chair>The roof is the first matter.

00:12.500 --> 00:20.000
<v Clerk>It leaks, and the roof is old.

00:20.000 --> 00:40.000
<v Chair>Then let us go home.
`;

/**
 * A recording whose seconds are told apart: speech-like bursts of changing pitch. Of 8,000 samples a
 * second, as WAV.
 *
 * @param {(second: number) => boolean} has Which of its seconds it holds.
 */
function sound(has) {
  /** @type {number[]} */
  const samples = [];
  for (let second = 0; second < LENGTH; second += 1) {
    for (let n = 0; has(second) && n < 8000; n += 1) {
      const [t, word] = [n / 8000, Math.floor(n / 1600)];
      const pitch = 350 + ((second * 5 + word) * 7919 % 97) * 20;
      const loud = Math.sin(Math.PI * ((n % 1600) / 1600)) * 9000;
      samples.push(Math.round(loud * (Math.sin(2 * Math.PI * pitch * t) + 0.5 * Math.sin(4.6 * Math.PI * pitch * t))));
    }
  }
  const wav = Buffer.alloc(44 + samples.length * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples.length * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, n) => wav.writeInt16LE(Math.max(-32768, Math.min(32767, sample)), 44 + n * 2));
  return wav;
}

/**
 * The same as a file that is chosen.
 *
 * @param {string} name
 * @param {(second: number) => boolean} has
 */
export const file = (name, has) => ({ name, mimeType: 'audio/wav', buffer: sound(has) });

/**
 * Attach a recording with its transcript, which the newsroom has checked.
 *
 * @param {Page} editor
 * @param {Desk} desk
 * @param {string} page The key of the story.
 * @returns {Promise<string>} Where editors see to it.
 */
export async function attach(editor, desk, page) {
  await editor.goto(`${desk.comments}/edit/${desk.host.host}/recordings`);
  await editor.locator('[name=page]').fill(page);
  await editor.locator('[name=title]').fill('The meeting');
  await editor.locator('input[type=file]').setInputFiles(file('meeting.wav', () => true));
  await editor.getByRole('button', { name: 'Attach' }).click();
  await editor.waitForURL(/did=attached/);
  // The page shows by itself when the recording is read.
  await editor.locator('audio').waitFor();
  await editor.locator('[name=text]').fill(TRANSCRIPT);
  await editor.locator('[name=status]').selectOption('approved');
  await editor.getByRole('button', { name: 'Save the transcript' }).click();
  await editor.waitForURL(/did=saved/);
  return editor.url().replace(/\?.*/, '');
}
