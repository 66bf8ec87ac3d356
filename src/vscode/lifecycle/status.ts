/** What is told about the endpoint to people and to `when` clauses. Pure. */
import type { ErrorKind } from '../../core/errors.js';

/** Why answers cannot be had although the server listens. */
export interface Problem {
  readonly kind: ErrorKind;
  /** What happened and what to do next. */
  readonly message: string;
  /** The path of the CLI, where it was found. */
  readonly program?: string;
}

/** What the editor knows of the CLI: `checking` until its first answer. */
export type Readiness =
  | { readonly kind: 'checking' }
  | {
      readonly kind: 'ready';
      readonly version: string;
      readonly path: string;
      readonly models: number | undefined;
    }
  | { readonly kind: 'problem'; readonly problem: Problem };

export type Status =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting'; readonly port: number }
  | {
      readonly state: 'running';
      readonly port: number;
      /** `http://127.0.0.1:11434`, without a path. */
      readonly url: string;
      readonly folder: string;
      readonly readiness: Readiness;
      /** Requests at work now. */
      readonly requests: number;
      /** Those of them that wait for a process. */
      readonly waiting: number;
    }
  | {
      readonly state: 'elsewhere';
      readonly port: number;
      readonly url: string;
      /** Where the window that serves lets Claude work; `undefined` until that is known. */
      readonly folder: string | undefined;
    }
  | {
      readonly state: 'failed';
      readonly port: number;
      /** What happened, as a sentence. */
      readonly message: string;
      /** The port belongs to another program, so another port is a way out. */
      readonly taken: boolean;
    };

export type StateName = Status['state'];
