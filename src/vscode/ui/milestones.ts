/** What of the set-up is done: the context keys by which the walkthrough ticks its steps. Pure. */
import type { RequestRecord } from '../../server/server.js';
import type { Status } from '../lifecycle/status.js';

export type Milestone = 'cliFound' | 'signedIn' | 'served' | 'answered' | 'connected';

/** The step of the walkthrough that is ticked. */
export const STEPS: Readonly<Record<Milestone, string>> = {
  cliFound: 'cli',
  signedIn: 'signIn',
  served: 'server',
  connected: 'connect',
  answered: 'try',
};

/** What a status proves. Nothing is disproved: a window that does not serve knows nothing of the CLI. */
export function provedBy(status: Status): Milestone[] {
  if (status.state === 'elsewhere') return ['served'];
  if (status.state !== 'running') return [];
  const { readiness } = status;
  switch (readiness.kind) {
    case 'checking':
      return ['served'];
    case 'ready':
      return ['served', 'cliFound', 'signedIn'];
    case 'problem':
      return readiness.problem.kind === 'notSignedIn' ? ['served', 'cliFound'] : ['served'];
  }
}

/**
 * What a request proves.
 * @param own how the User-Agent of this extension's own requests begins
 */
export function provedByRequest(record: RequestRecord, own: string): Milestone[] {
  const { status, error, outputTokens = 0, client } = record;
  if (status !== 200 || error !== undefined || outputTokens === 0) return [];
  return client.startsWith(own) ? ['answered'] : ['answered', 'connected'];
}
