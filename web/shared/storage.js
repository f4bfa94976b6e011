/** @type {Record<string, any>} */
const memory = {};

/** What the device keeps, and for a browser that keeps nothing, the page. */
export const storage = {
  /** @param {string} key @returns {any} */
  get(key) {
    try {
      return memory[key] ?? JSON.parse(localStorage[`rejoinder:${key}`] ?? null);
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {unknown} value Nothing when undefined. */
  set(key, value) {
    memory[key] = value;
    try {
      localStorage[`rejoinder:${key}`] = JSON.stringify(value ?? null);
    } catch {
      // Then it is kept as long as the page is open.
    }
  },
};
