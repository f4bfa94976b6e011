/**
 * The counter: fills every `[data-rejoinder-count="PAGE"]` with the number of comments there. On a
 * link the page may be left out; then it is where the link leads.
 */
{
  const script = /** @type {HTMLScriptElement} */ (
    document.currentScript ?? document.querySelector('script[src*="/count.js"]')
  );
  const fill = async () => {
    /** @type {Record<string, HTMLElement[]>} */
    const places = {};
    for (const place of document.querySelectorAll('[data-rejoinder-count]')) {
      const { dataset, href } = /** @type {HTMLAnchorElement} */ (place);
      const page = dataset['rejoinderCount'] || href;
      (places[page] ??= []).push(/** @type {HTMLElement} */ (place));
    }
    const pages = Object.keys(places);
    while (pages.length) {
      const query = new URLSearchParams({ site: script.dataset['site'] || location.host });
      pages.splice(0, 100).forEach((page) => query.append('page', page));
      const address = new URL(`api/v1/counts?${query}`, script.src);
      const { counts } = await (await fetch(address)).json();
      for (const page in counts) {
        places[page]?.forEach((place) => {
          place.textContent = counts[page].toLocaleString(document.documentElement.lang || []);
        });
      }
    }
  };
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', fill) : fill();
}
