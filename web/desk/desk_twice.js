/**
 * Whoever presses twice means what stood there the first time. What is decided on makes room for the next,
 * about which neither a second tap may decide nor a key that is held.
 */

/** So soon, in ms, and so near, in px, a second tap follows a first that it belongs to. */
const SOON = 500;
const NEAR = 24;

/** The last click of a pointer. @type {{control: Element | null, timeStamp: number, x: number, y: number} | undefined} */
let last;

/** @param {MouseEvent} event */
function click(event) {
  const { detail, target, timeStamp, clientX: x, clientY: y } = event;
  // The keyboard and labels click, too, and count nothing.
  if (!detail || !(target instanceof Element)) {
    return;
  }
  // Browsers count the clicks of a mouse; not all count taps.
  const isMouse = 'pointerType' in event && event.pointerType === 'mouse';
  const isSoon = last && timeStamp - last.timeStamp < SOON && Math.hypot(x - last.x, y - last.y) < NEAR;
  const isAgain = detail > 1 || (!isMouse && isSoon);
  const control = target.closest('a, button');
  const isOther = isAgain && control !== null && control !== last?.control;
  if (isOther) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  last = { control: isOther ? (last?.control ?? null) : control, timeStamp, x, y };
}

/** Only going on and back means something again and again. @param {KeyboardEvent} event */
function press(event) {
  const { key, repeat, target } = event;
  if (!repeat || /^([jk]|Arrow.*)$/.test(key)) {
    return;
  }
  event.stopImmediatePropagation();
  if (key === 'Enter' && target instanceof Element && !target.matches('textarea')) {
    event.preventDefault();
  }
}

document.addEventListener('click', click, { capture: true });
document.addEventListener('keydown', press, { capture: true });
