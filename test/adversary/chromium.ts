/** A real browser, for tests. Whatever name a page uses, it reaches nothing but this machine. */
import { chromium, type Browser } from 'playwright-core';
import { findProgram } from '../support/command.mjs';
import { ensurePrograms } from '../support/systemPackages.mjs';
import { HostUnavailable } from '../support/unavailable.mjs';

/** Names that mean this machine in that browser. No name service knows them. */
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
  // Browsers are beginning to keep pages away from this machine by themselves. Ours must not have to rely on that.
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
 * Opens the browser, which is installed first where that can be done.
 * @returns why there is none, where there is none
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
