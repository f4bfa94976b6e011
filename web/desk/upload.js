/** Uploads that go on where they broke off, by tus, and what is shown while the server is at something. */
import { root } from '../shared/root.js';
import { storage } from '../shared/storage.js';

/** So many bytes are sent at a time. */
const STEP = 1024 * 1024;

/** So often in a row a step is tried. */
const TRIES = 5;

const TUS = { 'tus-resumable': '1.0.0' };

/**
 * Send a file by tus; the id of what it becomes. An upload that broke off goes on.
 *
 * @param {string} path Where uploads begin.
 * @param {File} file
 * @param {Record<string, string>} about What is said of the file.
 * @param {(share: number) => void} tell
 */
export async function send(path, file, about, tell) {
  const told = Object.values(about);
  const name = `upload:${[path, ...told, file.name, file.size, file.lastModified].join(' ')}`;
  const known = storage.get(name);
  let place = known;
  let at = known ? await reached(known) : -1;
  if (at < 0) {
    place = await begin(path, file, about);
    storage.set(name, place);
    at = 0;
  }
  let tries = 0;
  while (at < file.size) {
    const before = at;
    try {
      const answer = await ask(place, 'PATCH', {
        body: file.slice(at, at + STEP),
        headers: { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': `${at}` },
      });
      at = Number(answer.headers.get('upload-offset'));
    } catch (problem) {
      at = await reached(place).catch(() => before);
      tries += 1;
      if (at < 0 || (at === before && tries >= TRIES)) {
        throw problem;
      }
    }
    tries = at > before ? 0 : tries;
    tell(at / file.size);
  }
  storage.set(name, undefined);
  return place.split('/').at(-1);
}

/** @param {string} path @param {File} file @param {Record<string, string>} about */
async function begin(path, file, about) {
  const told = Object.entries(about).map(([key, value]) => `${key} ${base64(value)}`);
  const answer = await ask(path, 'POST', {
    headers: { ...TUS, 'upload-length': `${file.size}`, 'upload-metadata': told.join(',') },
  });
  return `${answer.headers.get('location')}`;
}

/** How far an upload has come; -1 where it is not known any more. @param {string} place */
async function reached(place) {
  const answer = await fetch(place, { method: 'HEAD', headers: TUS });
  return answer.ok ? Number(answer.headers.get('upload-offset')) : -1;
}

/** @param {string} path @param {string} method @param {RequestInit} how */
async function ask(path, method, how) {
  const answer = await fetch(path, { method, ...how });
  if (!answer.ok) {
    throw await answer.json().catch(() => ({}));
  }
  return answer;
}

/** @param {string} text */
const base64 = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

/** So often it is asked how far something is, in ms. */
const LOOK = 2_000;

/**
 * Show how far something is that the server is at, and what came of it at the end: the page anew, unless
 * somebody has begun to write here.
 *
 * @param {HTMLElement} place
 */
export async function watch(place) {
  const list = location.pathname.slice(root.length).split('/').slice(0, 4).join('/');
  const path = `${root}${list}/${place.dataset['id']}/state`;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const answer = await fetch(path).catch(() => undefined);
    if (answer && !answer.ok) {
      return;
    }
    const state = await answer?.json();
    if (state && !document.hidden) {
      place.textContent = state.text;
      if (!state.is_underway) {
        hasTyped() || location.reload();
        return;
      }
    }
  }
}

/** Whether any field says something else than the server gave it. */
function hasTyped() {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input, textarea'));
  return [...fields].some((own) => (own.type === 'file' ? own.files?.length : own.value !== own.defaultValue));
}
