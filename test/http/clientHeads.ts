/**
 * The first requests of known clients: model discovery, and a chat. Each was recorded from the running client or read in
 * its source. If not the whole head was recorded, it is the usual head of the client's HTTP library with the headers of
 * the client. The versions in names are examples.
 */
import type { ClientHeads } from './clientLibraries.js';
import { EDITORS } from './editorHeads.js';
import { PROGRAMS } from './programHeads.js';

export const CLIENTS: readonly ClientHeads[] = [...EDITORS, ...PROGRAMS];

/** A web origin that is refused by default. */
export interface RefusedPage {
  readonly page: string;
  readonly why: string;
  readonly origin: string;
  /** The settings that allow it, as the documentation says. */
  readonly allowedBy: { readonly allowedOrigins?: readonly string[]; readonly token?: string };
}

const FROM_PAGES =
  'Web pages are refused unless their origin is allowed; otherwise any page could send requests.';
const LOCAL = 'With the workspace lane, local pages need a token; otherwise a page could start an agent.';
const TOKEN = 'a-token-of-more-than-thirty-two-characters';

export const REFUSED_PAGES: readonly RefusedPage[] = [
  ...[
    'chrome-extension://jfgfiigpkhlkbnfnbobbkinehhfdhndo',
    'moz-extension://3f1c-a2',
    'safari-web-extension://A1-B2',
  ].map((origin) => ({
    page: 'a browser extension',
    why: FROM_PAGES,
    origin,
    allowedBy: { allowedOrigins: [origin] },
  })),
  {
    page: 'Jan, and pages with an opaque origin',
    why: FROM_PAGES,
    origin: 'null',
    allowedBy: { allowedOrigins: ['null'] },
  },
  {
    page: 'a chat website',
    why: FROM_PAGES,
    origin: 'https://chat.example.com',
    allowedBy: { allowedOrigins: ['https://chat.example.com'] },
  },
  ...['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:5173'].flatMap((origin) => [
    { page: 'a web interface on this machine', why: LOCAL, origin, allowedBy: { token: TOKEN } },
    { page: 'a web interface on this machine', why: LOCAL, origin, allowedBy: { allowedOrigins: [origin] } },
  ]),
];
