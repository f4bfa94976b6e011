/**
 * Stands where a page loads the script of its Isso: puts the thread where Isso's was, and numbers behind
 * the links that lead to one.
 */
{
  const { src = '' } = /** @type {HTMLScriptElement | null} */ (document.currentScript) ?? {};
  const [, base = '', site = '', kind] = /^(.*)\/isso\/([^/]+)\/js\/(embed|count)/.exec(src) ?? [];

  /** What Isso calls a page is a path, unless the page calls itself something else. @param {string} id */
  const named = (id) => (id.startsWith('/') ? location.origin + id : id);

  /** @param {string} name */
  const load = (name) => {
    const script = document.createElement('script');
    script.src = `${base}/${name}`;
    script.dataset['site'] = site;
    document.head.append(script);
  };

  const show = () => {
    const place = document.getElementById('isso-thread');
    if (kind !== 'embed' || !place || place.querySelector('rejoinder-thread')) {
      return;
    }
    const thread = document.createElement('rejoinder-thread');
    thread.setAttribute('site', site);
    thread.setAttribute('page', named(place.dataset['issoId'] || location.pathname));
    place.append(thread);
    load('embed.js');
  };

  const count = () => {
    /** @type {NodeListOf<HTMLAnchorElement>} */
    const links = document.querySelectorAll('a[href$="#isso-thread"]');
    for (const link of links) {
      if (!link.querySelector('[data-rejoinder-count]')) {
        const { origin, pathname } = new URL(link.href);
        const number = document.createElement('span');
        const id = link.dataset['issoId'];
        number.setAttribute('data-rejoinder-count', id ? named(id) : origin + pathname);
        link.append(' (', number, ')');
      }
    }
    links.length && load('count.js');
  };

  const begin = () => {
    show();
    count();
  };
  // Apps call these when they have gone elsewhere.
  /** @type {any} */ (globalThis).Isso ??= { init: begin, fetchComments() {} };
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', begin) : begin();
}
