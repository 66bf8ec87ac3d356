/** Which milestones of the setup are reached. Each sets a context key that ticks a step of the walkthrough. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import type { RequestRecord } from '../../server/server.js';
import type { Status } from '../lifecycle/status.js';

export type SetupMilestone = 'trusted' | 'cliFound' | 'signedIn' | 'served' | 'answered' | 'connected';

/** The id of the walkthrough step that each milestone ticks. */
export const WALKTHROUGH_STEPS: Readonly<Record<SetupMilestone, string>> = {
  trusted: 'trust',
  cliFound: 'cli',
  signedIn: 'signIn',
  served: 'server',
  connected: 'connect',
  answered: 'try',
};

/** Problems of a CLI that was found and can run. */
const CREDENTIAL_PROBLEMS: ReadonlySet<ErrorKind> = new Set(['notSignedIn', 'keyRejected']);

/** Milestones that a status proves. A missing one may still be reached: only the serving window checks the CLI. */
export function milestonesFromStatus(status: Status): SetupMilestone[] {
  if (status.state === 'elsewhere') return ['served'];
  if (status.state !== 'running') return [];
  const { readiness } = status;
  switch (readiness.kind) {
    case 'checking':
      return ['served'];
    case 'ready':
      return ['served', 'trusted', 'cliFound', 'signedIn'];
    case 'problem': {
      const { kind } = readiness.problem;
      if (kind === 'untrusted') return ['served'];
      return CREDENTIAL_PROBLEMS.has(kind) ? ['served', 'trusted', 'cliFound'] : ['served', 'trusted'];
    }
  }
}

/**
 * Milestones that a request proves.
 * @param ownUserAgentPrefix the start of the User-Agent of this extension's own requests
 */
export function milestonesFromRequest(record: RequestRecord, ownUserAgentPrefix: string): SetupMilestone[] {
  const { status, error, outputTokens = 0, client } = record;
  if (status !== 200 || error !== undefined || outputTokens === 0) return [];
  return client.startsWith(ownUserAgentPrefix) ? ['answered'] : ['answered', 'connected'];
}
