/** The configuration that the settings and the open folders ask for. Equal configurations need no restart. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Lane } from '../../core/chat.js';
import type { UserLimits } from '../../core/cliBackend.js';
import type { WorkspacePermissions } from '../../core/permission.js';
import { bindAddress, isStrong, reachableHost } from '../../server/server.js';
import type { Settings } from '../platform/settings.js';

/** The folder that Claude works in. */
export interface WorkspaceFolder {
  readonly trusted: boolean;
  readonly folder: string;
  /** The other open folders. `undefined` when no folder is open: `folder` is then an empty one of the extension's own. */
  readonly moreFolders: readonly string[] | undefined;
}

export interface ListenConfig {
  readonly host: string;
  readonly port: number;
  /** Whether there is a strong token. Present only when other machines may reach the host, which requires one. */
  readonly secured?: boolean;
}

/** `refuse`: the folder is not trusted, so no process may start. */
export type BackendConfig =
  | { readonly kind: 'refuse'; readonly folder: string }
  | {
      readonly kind: 'cli';
      readonly folder: string;
      readonly claudePath: string;
      readonly limits: UserLimits;
      /** Absent when no folder is open. */
      readonly workspace?: WorkspaceConfig;
    };

export interface WorkspaceConfig {
  readonly permissions: WorkspacePermissions;
  readonly moreFolders: readonly string[];
}

export interface DesiredConfig {
  readonly listen: ListenConfig;
  readonly backend: BackendConfig;
}

/** @param token the token that clients must send */
export function desiredConfig(
  settings: Settings,
  workspaceFolder: WorkspaceFolder,
  token?: string,
): DesiredConfig {
  const { trusted, folder } = workspaceFolder;
  return {
    listen: listenConfig(settings, token),
    backend: trusted
      ? {
          kind: 'cli',
          folder,
          claudePath: settings.claudePath,
          limits: backendLimits(settings),
          ...workspaceConfig(settings, workspaceFolder),
        }
      : { kind: 'refuse', folder },
  };
}

function workspaceConfig(
  settings: Settings,
  { moreFolders }: WorkspaceFolder,
): { workspace?: WorkspaceConfig } {
  if (moreFolders === undefined) return {};
  return { workspace: { permissions: settings['workspace.permissions'], moreFolders } };
}

/** The lanes available in a folder. The workspace lane needs a folder that the user has opened and trusts. */
export function lanesOf({ trusted, moreFolders }: WorkspaceFolder): readonly Lane[] {
  return trusted && moreFolders !== undefined ? ['chat', 'workspace'] : ['chat'];
}

function listenConfig({ host, port }: Settings, token: string | undefined): ListenConfig {
  return bindAddress(host)?.public === true ? { host, port, secured: isStrong(token) } : { host, port };
}

const MINUTE_MS = 60_000;

function backendLimits(settings: Settings): UserLimits {
  return {
    processes: settings.maxProcesses,
    queue: settings.maxQueuedRequests,
    prewarm: settings.prewarm,
    idleMs: settings.idleTimeoutMinutes * MINUTE_MS,
  };
}

export const sameConfig = <T extends ListenConfig | BackendConfig>(one: T, other: T): boolean =>
  isDeepStrictEqual(one, other);

/**
 * Chooses the folder to work in: the active editor's, or else the first open one.
 * @param active the open folder that contains the active editor's file
 * @param fallback used when no folder is open
 */
export function chooseFolder(open: readonly string[], active: string | undefined, fallback: string): string {
  if (active !== undefined && open.includes(active)) return active;
  return open[0] ?? fallback;
}

/** The URL, without a path, at which programs on this machine reach a server that listens there. */
export function urlOf(listen: ListenConfig): string {
  const host = reachableHost(listen.host);
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
}
