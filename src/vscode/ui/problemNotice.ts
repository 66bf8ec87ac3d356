/** Which problems a person is told of without having asked, and what helps. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import { COMMANDS } from '../platform/names.js';
import type { Problem, Status } from '../lifecycle/status.js';

export interface Remedy {
  readonly title: string;
  readonly command: string;
}

const INSTALL: Remedy = { title: 'Install…', command: COMMANDS.installCli };

/** Problems that the set-up has not been done yet, or is no longer right. */
const REMEDIES: Readonly<Partial<Record<ErrorKind, Remedy>>> = {
  cliMissing: INSTALL,
  cliTooOld: { title: 'Update', command: COMMANDS.updateCli },
  notSignedIn: { title: 'Sign In', command: COMMANDS.signIn },
};

export interface Notice {
  readonly problem: Problem;
  readonly remedy: Remedy;
}

/**
 * What to tell, or `undefined`.
 * @param told kinds that this window has been told of
 */
export function noticeOf(status: Status, told: ReadonlySet<ErrorKind>): Notice | undefined {
  if (status.state !== 'running' || status.readiness.kind !== 'problem') return undefined;
  const { problem } = status.readiness;
  const remedy = REMEDIES[problem.kind];
  return remedy === undefined || told.has(problem.kind) ? undefined : { problem, remedy };
}
