/** The status of the endpoint as the UI, `when` clauses and other extensions see it. Types only. */
import type { ErrorKind } from '../../core/errors.js';

/** Why the CLI cannot answer although the server is running. */
export interface Problem {
  readonly kind: ErrorKind;
  /** What happened and what to do next. */
  readonly message: string;
  /** The path of the CLI; absent when it was not found. */
  readonly program?: string;
}

/** Whether the CLI can answer: `checking` until its first check has ended. */
export type CliReadiness =
  | { readonly kind: 'checking' }
  | {
      readonly kind: 'ready';
      readonly version: string;
      readonly path: string;
      /** How many models the CLI offers; `undefined` until it has listed them. */
      readonly models: number | undefined;
      /** Who pays, to be shown to the user; absent when it is not known. */
      readonly payer?: string;
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
      readonly readiness: CliReadiness;
      /** Requests that are not finished, including the waiting ones. */
      readonly requests: number;
      /** Requests that wait for a process. */
      readonly waiting: number;
    }
  | {
      /** Another window with this extension has the port. */
      readonly state: 'elsewhere';
      readonly port: number;
      readonly url: string;
      /** The folder that Claude works in there; `undefined` when unknown. */
      readonly folder: string | undefined;
    }
  | {
      readonly state: 'failed';
      readonly port: number;
      /** What happened, as a sentence. */
      readonly message: string;
      /** Another program has the port, so using another port helps. */
      readonly taken: boolean;
    };

export type StateName = Status['state'];
