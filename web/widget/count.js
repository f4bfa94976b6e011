/**
 * The counter: fills every `[data-rejoinder-count="PAGE"]` with the number of comments there, the
 * ones that come later, too. On a link the page may be left out; then it is where the link leads.
 */
{
  const name = 'data-rejoinder-count';
  /** @type {any} */
  const own = document.querySelector('meta[name=rejoinder-server],[src*="/count.js"]');
  const base = own?.content || own?.src || /http\S+\/count\.js/.exec(Error().stack ?? '');
  const fill = async () => {
    /** @type {NodeListOf<any>} */
    const places = document.querySelectorAll(`[${name}]`);
    const pages = new Set();
    for (const place of places) {
      const page = place.getAttribute(name) || place.href;
      if (page && place[name] !== page) {
        pages.add((place[name] = page));
      }
    }
    while (pages.size) {
      const query = new URLSearchParams({ site: own?.dataset.site || location.host });
      for (const page of pages) {
        pages.delete(page);
        query.append('page', page);
        // Servers take addresses of so many bytes.
        if (`${query}`.length > 1500) {
          break;
        }
      }
      const { counts } = await (await fetch(new URL(`api/v1/counts?${query}`, base))).json();
      for (const place of places) {
        const n = counts?.[place[name]];
        if (n >= 0) {
          place.textContent = n.toLocaleString(document.documentElement.lang || []);
        }
      }
    }
  };
  const begin = () => {
    fill();
    new MutationObserver(fill).observe(document, {
      subtree: true,
      attributeFilter: [name],
      childList: true,
    });
  };
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', begin) : begin();
}
