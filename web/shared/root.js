/** The path that the server is found under: empty, unless it shares its host with others. */
export const root = new URL('..', import.meta.url).pathname.slice(0, -1);
