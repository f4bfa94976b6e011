// A single-page app that puts the thread in, moves it, takes it out, and goes to the next story.

const first = /** @type {HTMLElement} */ (document.querySelector('#first'));
const second = /** @type {HTMLElement} */ (document.querySelector('#second'));
const thread = document.createElement('rejoinder-thread');
let story = 1;

name();
on('#add', () => first.append(thread));
on('#move', () => (thread.parentElement === first ? second : first).append(thread));
on('#remove', () => thread.remove());
on('#next', () => {
  story += 1;
  name();
});

function name() {
  thread.setAttribute('site', location.hostname);
  thread.setAttribute('page', `${location.origin}/app/${story}`);
}

/**
 * @param {string} selector
 * @param {() => void} act
 */
function on(selector, act) {
  document.querySelector(selector)?.addEventListener('click', act);
}
