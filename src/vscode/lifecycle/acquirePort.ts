/** Starts to listen on the configured port, or finds out which program has it. */
import { setTimeout as delay } from 'node:timers/promises';
import { describePortInUse, type PortOwner } from '../../core/portOwner.js';
import { ListenError, reachableHost, findPortOwner, type Endpoint } from '../../server/server.js';
import type { ListenConfig } from './desiredConfig.js';

export type PortAcquisition =
  | { readonly kind: 'listening'; readonly url: string }
  /** Another window with this extension has the port. */
  | { readonly kind: 'elsewhere' }
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

/**
 * Listens on the configured address.
 * @param retryForMs how long to retry while the port is in use: a window that reloads may hold it a moment longer
 * @throws whatever `endpoint.start` throws besides ListenError
 */
export async function acquirePort(
  endpoint: Pick<Endpoint, 'start'>,
  config: ListenConfig,
  retryForMs: number,
  signal: AbortSignal,
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
  const owner = await probeOwner(config);
  // A program that was shutting down during the probes has released the port by now.
  const acquisition = owner === 'none' || owner === 'other' ? await tryToListen(endpoint, config) : undefined;
  return acquisition ?? portInUse(owner, config);
}

async function probeOwner({ host, port }: ListenConfig): Promise<PortOwner> {
  let owner: PortOwner = 'none';
  for (let probe = 0; probe < MAX_PROBES; probe += 1) {
    owner = await findPortOwner(reachableHost(host), port);
    if (owner === 'claudeOllama' || owner === 'ollama') break;
  }
  return owner;
}

function portInUse(owner: PortOwner, { port }: ListenConfig): PortAcquisition {
  if (owner === 'claudeOllama') return { kind: 'elsewhere' };
  const quit = owner === 'ollama' ? 'Quit Ollama' : 'Quit it';
  return {
    kind: 'failed',
    message: `${describePortInUse({ owner, port })} ${quit}, or use another port here.`,
    taken: true,
  };
}
