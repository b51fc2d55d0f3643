// The view is in the address, behind "#": "#/domains/example.com/sources?q=mail". It needs nothing from the server and can be shared.
import { useEffect, useState } from 'preact/hooks';

export interface Route { path: string[]; query: URLSearchParams }
export type Query = Record<string, string | number | null | undefined>;

function decoded(segment: string): string {
  try { return decodeURIComponent(segment); } catch { return segment; }
}

export function currentRoute(): Route {
  const hash = location.hash.replace(/^#\/?/, '');
  const mark = hash.indexOf('?');
  const path = (mark < 0 ? hash : hash.slice(0, mark)).split('/').filter(Boolean).map(decoded);
  return { path, query: new URLSearchParams(mark < 0 ? '' : hash.slice(mark + 1)) };
}

export function queryText(query: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parts.set(name, String(value));
  }
  return parts.size ? '?' + parts : '';
}

/** The day that the address asks to be judged on; null: today. */
export function asOf(): string | null {
  const day = currentRoute().query.get('as_of');
  return day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : null;
}

/** A query of the service for what is judged on a day. */
export const dated = (query: Query = {}): string => queryText({ ...query, as_of: asOf() });

const hash = (path: (string | number)[], query: Query): string =>
  '#/' + path.map((segment) => encodeURIComponent(segment)).join('/') + queryText(query);

/** The address of a view; it keeps the day. */
export const href = (path: (string | number)[], query: Query = {}): string => hash(path, { ...query, as_of: asOf() });

const kChanged = new EventTarget();
addEventListener('hashchange', () => kChanged.dispatchEvent(new Event('route')));

/** Changes parts of the query; null takes one away. Replaces the entry of the history unless `push`. */
export function setQuery(changes: Query, push = false): void {
  const { path, query } = currentRoute();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') query.delete(name);
    else query.set(name, String(value));
  }
  const target = hash(path, Object.fromEntries(query));
  if (target === location.hash) return;
  history[push ? 'pushState' : 'replaceState'](null, '', target);
  kChanged.dispatchEvent(new Event('route'));
}

export function go(target: string): void {
  location.hash = target;
}

export function useRoute(): Route {
  const [route, set] = useState(currentRoute);
  useEffect(() => {
    const listen = () => set(currentRoute());
    kChanged.addEventListener('route', listen);
    return () => kChanged.removeEventListener('route', listen);
  }, []);
  return route;
}
