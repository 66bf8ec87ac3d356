/**
 * What clients send first: their discovery, and a chat. Requests are those that were seen when the client ran, or that
 * stand in its source; of clients of which only hearsay is known, there is none. Where the whole head was not recorded,
 * it is the usual one of the client's library with what the client itself puts in; the versions in names are examples.
 */
import type { ClientHeads } from './clientLibraries.js';
import { EDITORS } from './editorHeads.js';
import { PROGRAMS } from './programHeads.js';

export const CLIENTS: readonly ClientHeads[] = [...EDITORS, ...PROGRAMS];

/** A web origin that is kept out on purpose. */
export interface RefusedPage {
  readonly page: string;
  readonly why: string;
  readonly origin: string;
  /** Settings that let it in: those that the README names for it. */
  readonly letIn: { readonly allowedOrigins?: readonly string[]; readonly token?: string };
}

const FROM_PAGES = 'Web pages are refused unless their origin is listed: any page could ask otherwise.';
const LOCAL =
  'While the workspace lane is on, pages of servers on this machine need a token: a page should not get an agent by asking.';
const TOKEN = 'a-token-of-more-than-thirty-two-characters';

export const REFUSED_PAGES: readonly RefusedPage[] = [
  ...[
    'chrome-extension://jfgfiigpkhlkbnfnbobbkinehhfdhndo',
    'moz-extension://3f1c-a2',
    'safari-web-extension://A1-B2',
  ].map((origin) => ({
    page: 'an extension of a browser',
    why: FROM_PAGES,
    origin,
    letIn: { allowedOrigins: [origin] },
  })),
  {
    page: 'Jan, and pages without an origin',
    why: FROM_PAGES,
    origin: 'null',
    letIn: { allowedOrigins: ['null'] },
  },
  {
    page: 'a chat on the web',
    why: FROM_PAGES,
    origin: 'https://chat.example.com',
    letIn: { allowedOrigins: ['https://chat.example.com'] },
  },
  ...['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:5173'].flatMap((origin) => [
    { page: 'a web interface on this machine', why: LOCAL, origin, letIn: { token: TOKEN } },
    { page: 'a web interface on this machine', why: LOCAL, origin, letIn: { allowedOrigins: [origin] } },
  ]),
];
