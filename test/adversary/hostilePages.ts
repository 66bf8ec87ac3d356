/** Pages that a person may have open, and the attacker's server that some of them come from. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Frame, Page } from 'playwright-core';
import { EVIL_HOST, REBOUND_HOST } from './chromium.js';

const ATTACKS = new URL('../../../test/adversary/attacks.mjs', import.meta.url);
const EMPTY_PAGE = '<!doctype html><meta charset="utf-8"><title>attack</title><body></body>';

/** Attack → what the page could read, or `null`. */
export type Readings = Readonly<Record<string, string | null>>;

/** A page in a context of its own, on the way to attack a server. */
export interface HostilePage {
  /** Whether the browser takes it for a page of the server itself. */
  readonly sameOrigin: boolean;
  /** The address under which it attacks the server at that port. */
  target(port: number): string;
  /** Loads it into an empty page. @param port of the server that it is about to attack */
  open(page: Page, port: number): Promise<Frame>;
}

export interface Attacker {
  readonly port: number;
  close(): Promise<void>;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  const end = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await end;
}

/** Serves empty pages under every name, and redirects where the address says `to`. */
export async function startAttacker(): Promise<Attacker> {
  const server = createServer(({ url = '', headers }, response) => {
    const to = new URL(url, 'http://attacker').searchParams.get('to');
    if (to !== null) {
      response.setHeader('Access-Control-Allow-Origin', headers.origin ?? '*');
      response.writeHead(307, { Location: to }).end();
      return;
    }
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(EMPTY_PAGE);
  });
  return { port: await listening(server), close: () => closed(server) };
}

/**
 * A server that lets everybody do everything: shows which attacks a browser carries out at all. Its answers hold
 * `secret`.
 */
export async function startOpenServer(secret: string): Promise<Attacker> {
  const server = createServer((request, response) => {
    const { origin, 'access-control-request-headers': asked = '' } = request.headers;
    if (origin !== undefined) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      response.setHeader('Access-Control-Allow-Methods', 'PUT, PATCH, DELETE');
      response.setHeader('Access-Control-Allow-Headers', asked);
    }
    request.resume();
    request.on('end', () => response.setHeader('Content-Type', 'text/plain').end(secret));
  });
  return { port: await listening(server), close: () => closed(server) };
}

const DIRECT = (port: number): string => `http://127.0.0.1:${port}`;

function pageAt(url: string): HostilePage {
  return {
    sameOrigin: false,
    target: DIRECT,
    async open(page) {
      await page.goto(url);
      return page.mainFrame();
    },
  };
}

/** A frame that its page has put away, so that its origin is `null`. */
function frameIn(url: string, attributes: string): HostilePage {
  return {
    sameOrigin: false,
    target: DIRECT,
    async open(page) {
      await page.goto(url);
      await page.evaluate(`document.body.innerHTML = ${JSON.stringify(`<iframe ${attributes}></iframe>`)}`);
      const handle = await page.waitForSelector('iframe');
      const frame = await handle.contentFrame();
      if (frame === null) throw new Error('the frame is not there');
      await frame.waitForSelector('body', { state: 'attached' });
      return frame;
    },
  };
}

/** A page of the same origin as the server, because its name has come to mean this machine since it was loaded. */
const REBOUND: HostilePage = {
  sameOrigin: true,
  target: (port) => `http://${REBOUND_HOST}:${port}`,
  async open(page, port) {
    const url = `${this.target(port)}/page`;
    // In place of the attacker's server, which had the name before.
    await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: EMPTY_PAGE }));
    await page.goto(url);
    await page.unroute(url);
    return page.mainFrame();
  },
};

/** A page of a site on the web. */
export function otherSite(attacker: Attacker): HostilePage {
  return pageAt(`http://${EVIL_HOST}:${attacker.port}/`);
}

/** A page of another server on this machine. */
export function localPage(attacker: Attacker): HostilePage {
  return pageAt(`http://localhost:${attacker.port}/`);
}

/** The pages that must not get anywhere. @param folder where a page can be put as a file */
export async function hostilePages(
  attacker: Attacker,
  folder: string,
): Promise<Record<'otherSite' | 'file' | 'sandboxed' | 'data' | 'rebound', HostilePage>> {
  const file = join(folder, 'page.html');
  await writeFile(file, EMPTY_PAGE);
  const evil = `http://${EVIL_HOST}:${attacker.port}/`;
  const sandbox = 'sandbox="allow-scripts allow-forms allow-popups"';
  return {
    otherSite: otherSite(attacker),
    file: pageAt(pathToFileURL(file).href),
    sandboxed: frameIn(evil, `${sandbox} srcdoc="<body></body>"`),
    data: frameIn(evil, 'src="data:text/html,<body></body>"'),
    rebound: REBOUND,
  };
}

/**
 * Lets the page carry out every attack on the server at that port.
 * @param seen awaited before the page is closed
 */
export async function attackFrom(
  browser: Browser,
  hostile: HostilePage,
  port: number,
  attacker: Attacker,
  seen: () => Promise<void>,
): Promise<Readings> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const frame = await hostile.open(page, port);
    await frame.evaluate(await readFile(ATTACKS, 'utf8'));
    const redirector = `http://${EVIL_HOST}:${attacker.port}/`;
    const where = [hostile.target(port), redirector].map((address) => JSON.stringify(address));
    const readings = await frame.evaluate<Readings>(`attackAll(${where.join(', ')})`);
    await seen();
    return readings;
  } finally {
    await context.close();
  }
}
