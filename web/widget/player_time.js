/** Times of a recording: in addresses, and as people read them. */

/**
 * The start and the end of `228,241`, in seconds.
 *
 * @param {string | null | undefined} span
 * @returns {[number | undefined, number | undefined]}
 */
export function secondsOf(span) {
  const [from, until] = `${span ?? ''}`.replace(/^npt:/, '').split(',').map(second);
  return [from, until];
}

/** `228`, `228.5`, `3:48` or `1:02:33`. @param {string} text @returns {number | undefined} */
function second(text) {
  if (!/^\d+(:\d\d){0,2}(\.\d*)?$/.test(text)) {
    return undefined;
  }
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Seconds as `3:48` or, from an hour on, `1:02:33`. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => `${n}`.padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
