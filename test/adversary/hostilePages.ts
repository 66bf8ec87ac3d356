/** Hostile pages that a user may have open, and the attacker's server that some of them come from. */
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

/** Attack → the text that the page could read, or `null`. */
export type Readings = Readonly<Record<string, string | null>>;

/** A page that attacks a server. */
export interface HostilePage {
  /** Whether the page has the same origin as the attacked server. */
  readonly sameOrigin: boolean;
  /** The URL that the page uses for the server on that port. */
  target(port: number): string;
  /** Loads the hostile page into a browser page. @param port the port of the attacked server */
  open(page: Page, port: number): Promise<Frame>;
}

export interface Attacker {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server): Promise<void> {
  const end = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await end;
}

/** Serves an empty page under every name and path. Redirects if the URL has the parameter `to`. */
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
  return { port: await listen(server), close: () => closeServer(server) };
}

/** A server that allows everything, to find out which attacks a browser carries out. Its answers contain `secret`. */
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
  return { port: await listen(server), close: () => closeServer(server) };
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

/** A frame with the opaque origin `null`. */
function frameIn(url: string, attributes: string): HostilePage {
  return {
    sameOrigin: false,
    target: DIRECT,
    async open(page) {
      await page.goto(url);
      await page.evaluate(`document.body.innerHTML = ${JSON.stringify(`<iframe ${attributes}></iframe>`)}`);
      const handle = await page.waitForSelector('iframe');
      const frame = await handle.contentFrame();
      if (frame === null) throw new Error('the frame has no document');
      await frame.waitForSelector('body', { state: 'attached' });
      return frame;
    },
  };
}

/** A page with the same origin as the server: since it was loaded, its name points to this machine. */
const REBOUND: HostilePage = {
  sameOrigin: true,
  target: (port) => `http://${REBOUND_HOST}:${port}`,
  async open(page, port) {
    const url = `${this.target(port)}/page`;
    // Instead of the attacker's server, to which the name pointed before.
    await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: EMPTY_PAGE }));
    await page.goto(url);
    await page.unroute(url);
    return page.mainFrame();
  },
};

/** A page of another site. */
export function otherSite(attacker: Attacker): HostilePage {
  return pageAt(`http://${EVIL_HOST}:${attacker.port}/`);
}

/** A page of another server on this machine. */
export function localPage(attacker: Attacker): HostilePage {
  return pageAt(`http://localhost:${attacker.port}/`);
}

/** The pages that must always be refused. @param folder for the page that is a file */
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
 * Runs every attack from that page on the server on that port.
 * @param arrived awaited before the page is closed
 */
export async function attackFrom(
  browser: Browser,
  hostile: HostilePage,
  port: number,
  attacker: Attacker,
  arrived: () => Promise<void>,
): Promise<Readings> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const frame = await hostile.open(page, port);
    await frame.evaluate(await readFile(ATTACKS, 'utf8'));
    const redirector = `http://${EVIL_HOST}:${attacker.port}/`;
    const urls = [hostile.target(port), redirector].map((address) => JSON.stringify(address));
    const readings = await frame.evaluate<Readings>(`attackAll(${urls.join(', ')})`);
    await arrived();
    return readings;
  } finally {
    await context.close();
  }
}
