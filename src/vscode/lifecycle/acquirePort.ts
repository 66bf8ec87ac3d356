/** Starts to listen on the configured port, or finds out which program has it. */
import { setTimeout as delay } from 'node:timers/promises';
import { printable } from '../../core/log.js';
import { describePortInUse, type PortOwner } from '../../core/portOwner.js';
import {
  ListenError,
  reachableHost,
  findPortOwner,
  type Endpoint,
  type WindowReport,
} from '../../server/server.js';
import type { ListenConfig } from './desiredConfig.js';
import { findPortProgram, type PortProgram } from './portProgram.js';
import type { Windows } from './windows.js';

export type PortAcquisition =
  | { readonly kind: 'listening'; readonly url: string }
  /** Another window of this user has the port, and has proved it. */
  | { readonly kind: 'elsewhere'; readonly report: WindowReport }
  /** `taken`: another program has the port. */
  | { readonly kind: 'failed'; readonly message: string; readonly taken: boolean }
  | { readonly kind: 'aborted' };

const RETRY_INTERVAL_MS = 250;
/** A busy window may miss a single probe. */
const MAX_PROBES = 3;

/** Tries to listen once. `undefined` when the port is in use. */
async function tryToListen(
  endpoint: Pick<Endpoint, 'start'>,
  { host, port }: ListenConfig,
): Promise<PortAcquisition | undefined> {
  try {
    const { url } = await endpoint.start(host, port);
    return { kind: 'listening', url };
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return error.kind === 'inUse' ? undefined : { kind: 'failed', message: error.message, taken: false };
  }
}

export interface AcquireOptions {
  readonly windows: Pick<Windows, 'fetchReport'>;
  /** How long to retry while the port is in use: a window that reloads may hold it a moment longer. */
  readonly retryForMs: number;
  readonly signal: AbortSignal;
}

/**
 * Listens on the configured address.
 * @throws whatever `endpoint.start` throws besides ListenError
 */
export async function acquirePort(
  endpoint: Pick<Endpoint, 'start'>,
  config: ListenConfig,
  { windows, retryForMs, signal }: AcquireOptions,
): Promise<PortAcquisition> {
  const timeout = AbortSignal.timeout(retryForMs);
  const timeoutOrAbort = AbortSignal.any([signal, timeout]);
  for (;;) {
    if (signal.aborted) return { kind: 'aborted' };
    const acquisition = await tryToListen(endpoint, config);
    if (acquisition !== undefined) return acquisition;
    if (timeoutOrAbort.aborted) break;
    await delay(RETRY_INTERVAL_MS, undefined, { signal: timeoutOrAbort }).catch(() => undefined);
  }
  if (signal.aborted) return { kind: 'aborted' };
  const { owner, report } = await probeOwner(config, windows);
  if (report !== undefined) return { kind: 'elsewhere', report };
  // A program that was shutting down during the probes has released the port by now.
  const acquisition = owner === 'none' || owner === 'other' ? await tryToListen(endpoint, config) : undefined;
  return acquisition ?? portInUse(owner, config, await findPortProgram(config.port));
}

/** The program that has the port. Any program can name itself as ours, so only a window's proof counts for `report`. */
async function probeOwner(
  listen: ListenConfig,
  windows: Pick<Windows, 'fetchReport'>,
): Promise<{ readonly owner: PortOwner; readonly report?: WindowReport }> {
  let owner: PortOwner = 'none';
  for (let probe = 0; probe < MAX_PROBES && owner !== 'ollama'; probe += 1) {
    owner = await findPortOwner(reachableHost(listen.host), listen.port);
    const report = owner === 'claudeOllama' ? await windows.fetchReport(listen) : undefined;
    if (report !== undefined) return { owner, report };
  }
  return { owner };
}

function portInUse(
  owner: PortOwner,
  { port }: ListenConfig,
  program: PortProgram | undefined,
): PortAcquisition {
  const quit = owner === 'ollama' ? 'Quit Ollama' : 'Quit it';
  const named = program === undefined ? '' : ` (${printable(program.name, 40)}, process ${program.pid})`;
  return {
    kind: 'failed',
    message: `${describePortInUse({ owner, port }).replace(/\.$/, `${named}.`)} ${quit}, or use another port here.`,
    taken: true,
  };
}
