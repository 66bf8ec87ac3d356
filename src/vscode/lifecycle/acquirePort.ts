/** Takes the port, or finds out why it cannot be had. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  ListenError,
  reachableHost,
  findPortOwner,
  type Endpoint,
  type PortOwner,
} from '../../server/server.js';
import type { ListenConfig } from './desiredConfig.js';

export type AcquiredPort =
  | { readonly kind: 'listening'; readonly url: string }
  /** Another window of ours has the port. */
  | { readonly kind: 'elsewhere' }
  /** `taken`: another program has the port. */
  | { readonly kind: 'failed'; readonly message: string; readonly taken: boolean }
  | { readonly kind: 'aborted' };

/** Milliseconds between two tries at a port in use. */
const RETRY_EVERY_MS = 250;
/** A window of ours that is busy may miss one probe. */
const PROBES = 3;

/** Listens, or says why not; `undefined` when the port is in use. */
async function attempt(
  endpoint: Pick<Endpoint, 'start'>,
  { host, port }: ListenConfig,
): Promise<AcquiredPort | undefined> {
  try {
    const { url } = await endpoint.start(host, port);
    return { kind: 'listening', url };
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return error.kind === 'inUse' ? undefined : { kind: 'failed', message: error.message, taken: false };
  }
}

/**
 * Listens where the plan says.
 * @param patienceMs how long a port in use is tried again: a window that reloads may still hold it for a moment
 */
export async function acquirePort(
  endpoint: Pick<Endpoint, 'start'>,
  plan: ListenConfig,
  patienceMs: number,
  signal: AbortSignal,
): Promise<AcquiredPort> {
  const patience = AbortSignal.timeout(patienceMs);
  const pause = AbortSignal.any([signal, patience]);
  for (;;) {
    if (signal.aborted) return { kind: 'aborted' };
    const binding = await attempt(endpoint, plan);
    if (binding !== undefined) return binding;
    if (pause.aborted) break;
    // Ends early when the patience does, or when nobody wants the port any more.
    await delay(RETRY_EVERY_MS, undefined, { signal: pause }).catch(() => undefined);
  }
  if (signal.aborted) return { kind: 'aborted' };
  const listener = await owner(plan);
  // Who was going while it was asked has left the port by now.
  const free = listener === 'none' || listener === 'other' ? await attempt(endpoint, plan) : undefined;
  return free ?? explain(listener, plan);
}

async function owner(plan: ListenConfig): Promise<PortOwner> {
  let listener: PortOwner = 'none';
  for (let probe = 0; probe < PROBES; probe += 1) {
    listener = await findPortOwner(reachableHost(plan.host), plan.port);
    if (listener === 'claudeOllama' || listener === 'ollama') break;
  }
  return listener;
}

function explain(listener: PortOwner, plan: ListenConfig): AcquiredPort {
  const taken = (by: string): AcquiredPort => ({
    kind: 'failed',
    message: `Port ${plan.port} is in use by ${by}, or use another port here.`,
    taken: true,
  });
  switch (listener) {
    case 'claudeOllama':
      return { kind: 'elsewhere' };
    case 'ollama':
      return taken('Ollama itself. Quit Ollama');
    case 'other':
      return taken('another program. Quit it');
    case 'none':
      return taken('a program that does not answer. Quit it');
  }
}
