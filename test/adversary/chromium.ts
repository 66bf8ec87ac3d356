/** A real browser for tests. It resolves every name to this machine or not at all. */
import { chromium, type Browser } from 'playwright-core';
import { findProgram } from '../support/command.mjs';
import { ensurePrograms } from '../support/systemPackages.mjs';
import { HostUnavailable } from '../support/unavailable.mjs';

/** Names that the browser resolves to this machine. They do not exist in DNS. */
export const EVIL_HOST = 'evil.test';
export const REBOUND_HOST = 'rebound.test';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--autoplay-policy=no-user-gesture-required',
  // Newer browsers block requests of pages to this machine. The server must not rely on that.
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,BlockInsecurePrivateNetworkRequests',
  `--host-resolver-rules=${[
    `MAP ${EVIL_HOST} 127.0.0.1`,
    `MAP ${REBOUND_HOST} 127.0.0.1`,
    'MAP * ~NOTFOUND',
    'EXCLUDE 127.0.0.1',
    'EXCLUDE localhost',
  ].join(' , ')}`,
];

/**
 * Opens the browser, and installs it first if it is missing.
 * @returns the browser, or the reason why it is not available
 */
export async function openChromium(): Promise<Browser | string> {
  try {
    await ensurePrograms(['chromium'], (line) => console.log(`    ${line}`));
  } catch (error) {
    if (error instanceof HostUnavailable) return error.message;
    throw error;
  }
  const executablePath = findProgram('chromium');
  if (executablePath === undefined) return 'chromium was not found';
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
