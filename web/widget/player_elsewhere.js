/** Recordings that play elsewhere, in a frame that is made when the reader asks for it. */

/**
 * The frame of a player. Until here nobody but our own server was asked for anything; the frame's address
 * was made there, of a provider that it knows.
 *
 * @param {DOMStringMap} said What the button says that asks for it.
 * @param {AbortSignal} signal Ends what listens to it.
 */
export function frameOf({ frame = '', seek = '', title = '' }, signal) {
  const player = document.createElement('iframe');
  Object.assign(player, {
    className: 'rj-player',
    title,
    allow: 'autoplay; fullscreen; picture-in-picture; encrypted-media',
    referrerPolicy: 'strict-origin-when-cross-origin',
  });
  Object.assign(player.dataset, { frame, seek });
  player.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-presentation allow-popups');
  if (seek === 'message') {
    addEventListener('message', (event) => event.source === player.contentWindow && hear(player, event), { signal });
  }
  return player;
}

/** Play from a second on. @param {HTMLIFrameElement} player @param {number} from */
export function begin(player, from) {
  const second = Math.floor(from);
  const { frame = '', seek, plays } = player.dataset;
  const url = new URL(frame);
  if (seek === 'message') {
    player.dataset['from'] = `${second}`;
    if (plays !== undefined) {
      say(player, 'seekTo', second * 1000);
      return say(player, 'play');
    }
  } else if (seek === 'fragment') {
    url.hash = `t=${second}s`;
  } else if (second) {
    url.searchParams.set('start', `${second}`);
  }
  if (seek !== 'message' || !player.src) {
    player.src = url.href;
  }
}

/**
 * What a player says that is led by messages: that it is there, and that it plays. It takes a place only
 * from then on.
 *
 * @param {HTMLIFrameElement} player
 * @param {MessageEvent} event
 */
function hear(player, { origin, data }) {
  if (origin === new URL(`${player.dataset['frame']}`).origin && typeof data === 'string') {
    const method = methodOf(data);
    if (method === 'ready') {
      say(player, 'addEventListener', 'play');
    } else if (method === 'play' && player.dataset['plays'] === undefined) {
      player.dataset['plays'] = '';
      const second = Number(player.dataset['from']);
      second && say(player, 'seekTo', second * 1000);
    }
  }
}

/** @param {string} data @returns {unknown} */
function methodOf(data) {
  try {
    return JSON.parse(data)?.method;
  } catch {
    return undefined;
  }
}

/** @param {HTMLIFrameElement} player @param {string} method @param {unknown} [value] */
function say(player, method, value) {
  const { origin } = new URL(`${player.dataset['frame']}`);
  player.contentWindow?.postMessage(JSON.stringify({ method, value }), origin);
}
