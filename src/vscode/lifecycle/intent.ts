/** What the controller is to do next. The state (`state.ts`) says what it does now. Pure. */

export type Intent =
  | { readonly kind: 'stop' }
  | {
      /**
       * - `run`: have the endpoint run with the desired configuration; do nothing if it does already
       * - `restart`: the same, but start it anew in any case
       * - `takeOver`: acquire the port that another window is releasing for this one
       * - `cede`: release the port to another window that asked for it, and acquire it again later
       */
      readonly kind: RunKind;
      /** Aborts the attempt to acquire the port that is in progress, if any. */
      readonly attempt: AbortController;
    };

export type RunKind = 'run' | 'restart' | 'takeOver' | 'cede';

/** Of two intents that wait for the same step, the one with the higher priority is carried out. */
const PRIORITIES: Readonly<Record<RunKind, number>> = { run: 0, restart: 1, takeOver: 2, cede: 3 };

/** The intent after a stop. Aborts the attempt in progress. */
export function stopIntent(pending: Intent): Intent {
  if (pending.kind !== 'stop') pending.attempt.abort();
  return { kind: 'stop' };
}

/** The intent after a start (`run`) or a restart. */
export function startIntent(pending: Intent, kind: 'run' | 'restart'): Intent {
  return pending.kind === 'stop' ? { kind, attempt: new AbortController() } : moreUrgent(pending, kind);
}

/** The intent after two windows have agreed to hand the port over. A controller that is to stop ignores it. */
export function handoverIntent(pending: Intent, kind: 'takeOver' | 'cede'): Intent {
  return pending.kind === 'stop' ? pending : moreUrgent(pending, kind);
}

function moreUrgent(pending: Exclude<Intent, { kind: 'stop' }>, kind: RunKind): Intent {
  return PRIORITIES[kind] > PRIORITIES[pending.kind] ? { ...pending, kind } : pending;
}
