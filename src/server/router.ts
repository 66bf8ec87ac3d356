/** Which handler answers, in the manner of Ollama's router. Knows no dialect. */
import type { Dialect } from '../protocol/dialect.js';
import type { Exchange } from './exchange.js';

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Matched exactly, upper and lower case included. A last segment `:name` stands for any one segment. */
  readonly path: string;
  readonly dialect: Dialect;
  /** @param segment what stood for the path's `:name`, decoded; empty when the path has none */
  handle(exchange: Exchange, segment: string): Promise<void>;
}

/** `redirect` keeps the query; its location is always a path of ours. */
export type Match =
  | { readonly type: 'route'; readonly route: Route; readonly segment: string }
  | { readonly type: 'redirect'; readonly status: 301 | 307; readonly location: string }
  | { readonly type: 'wrongMethod'; readonly allow: string }
  | { readonly type: 'options'; readonly allow: string }
  | { readonly type: 'unknown' };

export interface Router {
  /** @param target a request target that begins with a slash */
  match(method: string, target: string): Match;
  /** The dialect of that target's route; for an unknown one the first route's. */
  dialectOf(target: string): Dialect;
}

/** The target without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** Ollama names `HEAD` first. */
function allowOf(routes: readonly Route[]): string {
  const methods = routes.map((route) => route.method);
  return [
    ...methods.filter((method) => method === 'HEAD'),
    ...methods.filter((method) => method !== 'HEAD'),
  ].join(', ');
}

/** The routes of one path. */
interface Place {
  readonly routes: readonly Route[];
  readonly segment: string;
}

/** A segment as it was meant; `undefined` for what names no single segment: broken escapes, slashes in disguise. */
function decodeSegment(raw: string): string | undefined {
  try {
    const segment = decodeURIComponent(raw);
    return segment === '' || segment.includes('/') ? undefined : segment;
  } catch {
    return undefined;
  }
}

export function createRouter(routes: readonly [Route, ...Route[]]): Router {
  const exact = new Map<string, Route[]>();
  /** By what comes before the `:name`. */
  const open = new Map<string, Route[]>();
  for (const route of routes) {
    const colon = route.path.indexOf(':');
    const [places, key] = colon < 0 ? [exact, route.path] : [open, route.path.slice(0, colon)];
    const known = places.get(key);
    if (known === undefined) places.set(key, [route]);
    else known.push(route);
  }

  const placeOf = (path: string): Place | undefined => {
    const here = exact.get(path);
    if (here !== undefined) return { routes: here, segment: '' };
    const slash = path.lastIndexOf('/') + 1;
    const there = open.get(path.slice(0, slash));
    const segment = there === undefined ? undefined : decodeSegment(path.slice(slash));
    return there === undefined || segment === undefined ? undefined : { routes: there, segment };
  };

  return {
    match(method, target) {
      const path = pathOf(target);
      const query = target.slice(path.length);
      // VS Code joins a base URL that ends in a slash with a path that begins with one.
      const clean = path.replace(/\/{2,}/g, '/');
      if (clean !== path) return { type: 'redirect', status: 307, location: clean + query };
      const here = placeOf(path);
      if (here === undefined) {
        const bare = path.replace(/\/$/, '');
        const meant = placeOf(bare)?.routes.some((route) => route.method === method) ?? false;
        if (!meant) return { type: 'unknown' };
        return { type: 'redirect', status: method === 'GET' ? 301 : 307, location: bare + query };
      }
      const route = here.routes.find((candidate) => candidate.method === method);
      if (route !== undefined) return { type: 'route', route, segment: here.segment };
      return { type: method === 'OPTIONS' ? 'options' : 'wrongMethod', allow: allowOf(here.routes) };
    },
    dialectOf: (target) => (placeOf(pathOf(target))?.routes[0] ?? routes[0]).dialect,
  };
}
