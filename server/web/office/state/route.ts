/* Where we are: `#/people/<id>?q=anna`. Filters live in the address, so that it can be kept and shared. */
import { signal } from '@preact/signals';

export interface Route {
  /** First part of the path, empty for the start. */
  page: string;
  /** Second part: an id, "new", or null for the list. */
  id: string | null;
  query: URLSearchParams;
}

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [page = '', id] = path.split('/');
  return { page, id: id || null, query: new URLSearchParams(query) };
}

export const route = signal<Route>(read());

addEventListener('hashchange', () => {
  route.value = read();
});

/** Drops what stands behind the #, without a step in the history. */
export function toStart(): void {
  history.replaceState(null, '', '#/');
  route.value = read();
}

export function go(path: string): void {
  location.hash = `#/${path}`;
}

/** Changes a filter in the address; going back skips it. */
export function setQuery(name: string, value: string): void {
  const { page, id, query } = route.value;
  const next = new URLSearchParams(query);
  if (value) next.set(name, value);
  else next.delete(name);
  const path = [page, ...(id ? [id] : [])].join('/');
  history.replaceState(null, '', `#/${path}${next.size > 0 ? `?${next}` : ''}`);
  route.value = read();
}
