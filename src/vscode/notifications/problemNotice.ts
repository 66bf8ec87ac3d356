/** Which setup problems are reported in a notification. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import type { Problem, Status } from '../lifecycle/status.js';
import { remediesFor, type Remedy } from './remedies.js';

export interface ProblemNotice {
  readonly problem: Problem;
  /** At least one. */
  readonly remedies: readonly Remedy[];
}

/**
 * The problem to report now, or `undefined`.
 * @param reported kinds that this window has reported before
 */
export function problemNotice(status: Status, reported: ReadonlySet<ErrorKind>): ProblemNotice | undefined {
  if (status.state !== 'running' || status.readiness.kind !== 'problem') return undefined;
  const { problem } = status.readiness;
  // VS Code's own workspace trust dialog reports this one.
  if (problem.kind === 'untrusted' || reported.has(problem.kind)) return undefined;
  const remedies = remediesFor(problem.kind);
  return remedies.length === 0 ? undefined : { problem, remedies };
}
