/** What the controller depends on. */
import type { ChatBackend } from '../../core/backend.js';
import type { CliBackend } from '../../core/cliBackend.js';
import type { Logger } from '../../core/log.js';
import type { BackendConfig, DesiredConfig } from './desiredConfig.js';
import type { EndpointSwitch } from './state.js';
import type { Status } from './status.js';
import type { Windows } from './windows.js';

export interface ControllerOptions {
  /** Settles once the token is known; nothing listens before. Rejects when the token cannot be read. */
  readonly tokenKnown: Promise<void>;
  /** The configuration that the settings and the open folders ask for now. */
  desiredConfig(): DesiredConfig;
  createEndpoint(backend: ChatBackend): EndpointSwitch;
  /** @param onActivity called when the number of waiting requests has changed */
  createBackend(config: BackendConfig & { kind: 'cli' }, onActivity: () => void): CliBackend;
  onChange(status: Status): void;
  readonly windows: Pick<Windows, 'fetchReport' | 'requestPort'>;
  readonly log: Logger;
  readonly timing?: ControllerTiming;
}

/** All in milliseconds. */
export interface ControllerTiming {
  /** How long to retry while the port is in use. */
  readonly acquirePortMs: number;
  /** Between two attempts to acquire a port that another window has. */
  readonly takeOverIntervalMs: number;
  /** How long `end` may take. */
  readonly endMs: number;
}

/** VS Code gives all extensions together 5 seconds to deactivate. */
export const DEFAULT_TIMING: ControllerTiming = {
  acquirePortMs: 3_000,
  takeOverIntervalMs: 2_000,
  endMs: 3_000,
};
