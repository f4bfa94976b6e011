/**
 * A proof of work by the rules of ALTCHA: look for the number whose hash is known.
 *
 * In slices between which the page lives on, and not in a worker: a page's policy need not allow one,
 * and a script of another origin could not start it.
 */

/** @typedef {import('./thread.js').Thread} Thread */

/** How long the page waits for us at a time. */
const SLICE_MS = 12;

/**
 * Solve a challenge of the thread's site, as it is sent.
 *
 * @param {Thread} thread
 */
export async function solve(thread) {
  const query = new URLSearchParams({ site: thread.address.site });
  const answer = await thread.fetch(`/api/v1/challenge?${query}`, { cache: 'no-store' });
  const { maxnumber, ...asked } = await answer.json();
  const number = await find(asked.salt, asked.challenge, maxnumber, thread.scope.signal);
  return btoa(JSON.stringify({ ...asked, number }));
}

/**
 * @param {string} salt
 * @param {string} challenge
 * @param {number} most
 * @param {AbortSignal} signal
 */
async function find(salt, challenge, most, signal) {
  const wanted = words(challenge);
  let pause = performance.now() + SLICE_MS;
  for (let number = 0; number <= most; number++) {
    if (sha256(`${salt}${number}`).every((word, at) => word === wanted[at])) {
      return number;
    }
    if (performance.now() > pause) {
      await new Promise((go) => setTimeout(go));
      signal.throwIfAborted();
      pause = performance.now() + SLICE_MS;
    }
  }
  throw { code: 'internal' };
}

/** @param {string} hex */
function words(hex) {
  return Array.from({ length: 8 }, (_, at) => parseInt(hex.slice(at * 8, at * 8 + 8), 16) | 0);
}

/** The first 32 bits of what the roots of the first primes have behind the point: so says FIPS 180-4. */
const { START, ROUNDS } = constants();

function constants() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) {
    if (primes.every((prime) => n % prime)) {
      primes.push(n);
    }
  }
  const bits = (/** @type {number} */ root) => ((root % 1) * 2 ** 32) | 0;
  return {
    START: primes.slice(0, 8).map((prime) => bits(Math.sqrt(prime))),
    ROUNDS: primes.map((prime) => bits(Math.cbrt(prime))),
  };
}

/** @param {number} x @param {number} n */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

const SCHEDULE = new Int32Array(64);

/**
 * SHA-256 of an ASCII text, as eight words. The browser's own is not there on pages without TLS, and
 * waits longer for each hash than it takes.
 *
 * @param {string} text
 */
export function sha256(text) {
  const blocks = new Int32Array((((text.length + 8) >> 6) + 1) * 16);
  for (let at = 0; at < text.length; at++) {
    blocks[at >> 2] = nth(blocks, at >> 2) | (text.charCodeAt(at) << (24 - (at & 3) * 8));
  }
  const end = text.length >> 2;
  blocks[end] = nth(blocks, end) | (0x80 << (24 - (text.length & 3) * 8));
  blocks[blocks.length - 1] = text.length * 8;
  const state = [...START];
  for (let at = 0; at < blocks.length; at += 16) {
    compress(state, blocks.subarray(at, at + 16));
  }
  return state;
}

/** @param {ArrayLike<number>} list @param {number} at */
const nth = (list, at) => /** @type {number} */ (list[at]);

/** @param {number[]} state @param {Int32Array} block */
function compress(state, block) {
  const w = SCHEDULE;
  w.set(block);
  for (let t = 16; t < 64; t++) {
    const [x, y] = [nth(w, t - 15), nth(w, t - 2)];
    const low = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const high = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[t] = nth(w, t - 16) + low + nth(w, t - 7) + high;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t++) {
    const one = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + one + ((e & f) ^ (~e & g)) + nth(ROUNDS, t) + nth(w, t)) | 0;
    const two = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (two + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = (nth(state, at) + word) | 0));
}
