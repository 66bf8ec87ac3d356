/** Which handler answers, in the manner of Ollama's router. Knows no dialect. */
import type { Dialect } from '../protocol/dialect.js';
import type { Exchange } from './exchange.js';

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Matched exactly, upper and lower case included. */
  readonly path: string;
  readonly dialect: Dialect;
  handle(exchange: Exchange): Promise<void>;
}

/** `redirect` keeps the query; its location is always a path of ours. */
export type Match =
  | { readonly type: 'route'; readonly route: Route }
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

export function createRouter(routes: readonly [Route, ...Route[]]): Router {
  const byPath = new Map<string, Route[]>();
  for (const route of routes) {
    const known = byPath.get(route.path);
    if (known === undefined) byPath.set(route.path, [route]);
    else known.push(route);
  }

  return {
    match(method, target) {
      const path = pathOf(target);
      const query = target.slice(path.length);
      // VS Code joins a base URL that ends in a slash with a path that begins with one.
      const clean = path.replace(/\/{2,}/g, '/');
      if (clean !== path) return { type: 'redirect', status: 307, location: clean + query };
      const here = byPath.get(path);
      if (here === undefined) {
        const bare = path.replace(/\/$/, '');
        const meant = byPath.get(bare)?.some((route) => route.method === method) ?? false;
        if (!meant) return { type: 'unknown' };
        return { type: 'redirect', status: method === 'GET' ? 301 : 307, location: bare + query };
      }
      const route = here.find((candidate) => candidate.method === method);
      if (route !== undefined) return { type: 'route', route };
      return { type: method === 'OPTIONS' ? 'options' : 'wrongMethod', allow: allowOf(here) };
    },
    dialectOf: (target) => (byPath.get(pathOf(target))?.[0] ?? routes[0]).dialect,
  };
}
