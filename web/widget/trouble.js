/** Why a thread cannot be loaded, once that is known: in the site's language, and for its publisher. */

const LOOPBACK = /^(localhost|.*\.localhost|127\..*|\[::1\]|)$/;

/**
 * @param {HTMLElement} notice What the loader has said so far: a sentence and a button.
 * @param {string} base The address of the server.
 * @param {string} address What could not be loaded.
 */
export async function explain(notice, base, address) {
  const { search } = new URL(address, base);
  const answer = await fetch(`${base}/api/v1/embedding${search}`, { credentials: 'omit' });
  if (!answer.ok) {
    return;
  }
  const { language, direction, text, retry, advice, is_listed: isListed } = await answer.json();
  const [sentence, again] = notice.childNodes;
  Object.assign(notice, { lang: language, dir: direction });
  Object.assign(sentence ?? {}, { data: `${text} ` });
  Object.assign(again ?? {}, { textContent: retry });
  if (!advice) {
    return;
  }
  console.error(advice);
  // Readers can do nothing about it.
  if (isListed || LOOPBACK.test(location.hostname)) {
    notice.append(document.createElement('br'), advice);
  }
}
