/** Selects the handler for a request, and redirects and refuses as Ollama's router does. */
import type { Dialect } from '../protocol/dialect.js';
import type { Exchange } from './exchange.js';

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Matched exactly and case-sensitively. A last segment `:name` matches any single segment. */
  readonly path: string;
  readonly dialect: Dialect;
  /** @param segment the decoded segment that matched `:name`; empty when the path has none */
  handle(exchange: Exchange, segment: string): Promise<void>;
}

/** `redirect` keeps the query; its location is always a path on this server. */
export type Match =
  | { readonly type: 'route'; readonly route: Route; readonly segment: string }
  | { readonly type: 'redirect'; readonly status: 301 | 307; readonly location: string }
  | { readonly type: 'wrongMethod'; readonly allow: string }
  | { readonly type: 'options'; readonly allow: string }
  | { readonly type: 'unknown' };

export interface Router {
  /** @param target a request target that begins with a slash */
  match(method: string, target: string): Match;
  /** The dialect of the target's route; for an unknown target, that of the first route. */
  dialectOf(target: string): Dialect;
}

/** The target without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** The value of the `Allow` header. Ollama lists `HEAD` first. */
function allowHeader(routes: readonly Route[]): string {
  const methods = routes.map((route) => route.method);
  return [
    ...methods.filter((method) => method === 'HEAD'),
    ...methods.filter((method) => method !== 'HEAD'),
  ].join(', ');
}

/** The routes of one path, and the segment that matched `:name`. */
interface PathMatch {
  readonly routes: readonly Route[];
  readonly segment: string;
}

/** The decoded segment; `undefined` when it is empty, has invalid escapes or contains an encoded slash. */
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
  /** The key is the path up to `:name`. */
  const parameterized = new Map<string, Route[]>();
  for (const route of routes) {
    const colon = route.path.indexOf(':');
    const [paths, key] = colon < 0 ? [exact, route.path] : [parameterized, route.path.slice(0, colon)];
    const samePath = paths.get(key);
    if (samePath === undefined) paths.set(key, [route]);
    else samePath.push(route);
  }

  const findPath = (path: string): PathMatch | undefined => {
    const exactRoutes = exact.get(path);
    if (exactRoutes !== undefined) return { routes: exactRoutes, segment: '' };
    const slash = path.lastIndexOf('/') + 1;
    const routes = parameterized.get(path.slice(0, slash));
    const segment = routes === undefined ? undefined : decodeSegment(path.slice(slash));
    return routes === undefined || segment === undefined ? undefined : { routes, segment };
  };

  return {
    match(method, target) {
      const path = pathOf(target);
      const query = target.slice(path.length);
      // VS Code joins a base URL that ends with a slash and a path that begins with one.
      const collapsed = path.replace(/\/{2,}/g, '/');
      if (collapsed !== path) return { type: 'redirect', status: 307, location: collapsed + query };
      const found = findPath(path);
      if (found === undefined) {
        const withoutSlash = path.replace(/\/$/, '');
        const exists = findPath(withoutSlash)?.routes.some((route) => route.method === method) ?? false;
        if (!exists) return { type: 'unknown' };
        return { type: 'redirect', status: method === 'GET' ? 301 : 307, location: withoutSlash + query };
      }
      const route = found.routes.find((candidate) => candidate.method === method);
      if (route !== undefined) return { type: 'route', route, segment: found.segment };
      return { type: method === 'OPTIONS' ? 'options' : 'wrongMethod', allow: allowHeader(found.routes) };
    },
    dialectOf: (target) => (findPath(pathOf(target))?.routes[0] ?? routes[0]).dialect,
  };
}
