/** What a close look at the program behind the backend found. Pure. */
export interface Inspection {
  readonly path: string;
  /** Where it was found, for people. */
  readonly source: string;
  readonly version: string;
  readonly signedIn: boolean;
  /** Flags that are needed and that it does not know. */
  readonly missingFlags: readonly string[];
}
