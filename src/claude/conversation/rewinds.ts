/** Learns whether the installed CLI can remove a conversation from its process. */

/** After this many failures without a success, rewinds are not tried again: each may take seconds. */
const MAX_FAILURES = 3;

/** What is known about the rewinds of one version of the CLI. */
export interface Rewinds {
  /** Whether a rewind may succeed. If not, a process must end with its conversation. */
  readonly possible: boolean;
  /** Whether every rewind so far has failed, and there was one. */
  readonly failing: boolean;
  /** Records the end of a rewind. Do not record one whose process exited. */
  record(outcome: 'succeeded' | 'failed'): void;
}

/** @param onFailing called once, when the first rewind fails. Single failures of a CLI that can rewind do not matter. */
export function createRewinds(onFailing: () => void): Rewinds {
  let failures = 0;
  let succeeded = false;
  return {
    get possible() {
      return succeeded || failures < MAX_FAILURES;
    },
    get failing() {
      return !succeeded && failures > 0;
    },
    record(outcome) {
      if (outcome === 'succeeded') succeeded = true;
      else if (++failures === 1 && !succeeded) onFailing();
    },
  };
}

/**
 * One record for each version of the CLI.
 * @returns gives the record of an installed CLI: a new one after an update
 */
export function rewindsByCli(
  warn: (line: string) => void,
): (cli: { readonly fingerprint: string; readonly version: string }) => Rewinds {
  const records = new Map<string, Rewinds>();
  return ({ fingerprint, version }) => {
    const known = records.get(fingerprint);
    if (known !== undefined) return known;
    const created = createRewinds(() =>
      warn(
        `[pool] the Claude CLI ${version} could not remove a conversation from its process. Such a process is ended and a ` +
          'new one is started, so answers start later. This is logged once; "claude update" may help',
      ),
    );
    records.set(fingerprint, created);
    return created;
  };
}
