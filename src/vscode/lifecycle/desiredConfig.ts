/** What the settings and the open folders come to. Two plans that are equal need no restart. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Lane } from '../../core/chat.js';
import { bindAddress, isStrong, reachableHost } from '../../server/server.js';
import type { Settings, WorkspacePermissions } from '../platform/settings.js';

/** Where Claude works. */
export interface WorkspaceFolder {
  readonly trusted: boolean;
  readonly folder: string;
  /** The other folders that are open; `undefined` when `folder` is not open itself: the private one. */
  readonly moreFolders: readonly string[] | undefined;
}

export interface ListenConfig {
  readonly host: string;
  readonly port: number;
  /** Only for a host that other machines may reach: whether there is a token that is good enough for it. */
  readonly secured?: boolean;
}

/** `refuse`: the folder is not trusted, so no process may start. */
export type BackendConfig =
  | { readonly kind: 'refuse'; readonly folder: string }
  | {
      readonly kind: 'cli';
      readonly folder: string;
      readonly claudePath: string;
      readonly limits: BackendLimits;
      /** Absent: there is no open folder to work in. */
      readonly workspace?: WorkspaceConfig;
    };

export interface WorkspaceConfig {
  readonly permissions: WorkspacePermissions;
  readonly moreFolders: readonly string[];
}

/** How many processes there may be, and how long they are kept. */
export interface BackendLimits {
  readonly processes: number;
  readonly queue: number;
  readonly keepSpares: Settings['prewarm'];
  readonly idleMs: number;
}

export interface DesiredConfig {
  readonly listen: ListenConfig;
  readonly backend: BackendConfig;
}

/** @param token the one that clients must send */
export function desiredConfig(settings: Settings, place: WorkspaceFolder, token?: string): DesiredConfig {
  const { folder } = place;
  return {
    listen: listenOf(settings, token),
    backend: place.trusted
      ? {
          kind: 'cli',
          folder,
          claudePath: settings.claudePath,
          limits: limitsOf(settings),
          ...workspaceOf(settings, place),
        }
      : { kind: 'refuse', folder },
  };
}

function workspaceOf(settings: Settings, { moreFolders }: WorkspaceFolder): { workspace?: WorkspaceConfig } {
  if (moreFolders === undefined) return {};
  return { workspace: { permissions: settings['workspace.permissions'], moreFolders } };
}

/** The lanes that can be had there. Claude works only in a folder that a person has opened and trusted. */
export function lanesOf({ trusted, moreFolders }: WorkspaceFolder): readonly Lane[] {
  return trusted && moreFolders !== undefined ? ['chat', 'workspace'] : ['chat'];
}

function listenOf({ host, port }: Settings, token: string | undefined): ListenConfig {
  return bindAddress(host)?.wide === true ? { host, port, secured: isStrong(token) } : { host, port };
}

const MINUTE_MS = 60_000;

function limitsOf({ maxProcesses, maxQueuedRequests, prewarm, idleTimeoutMinutes }: Settings): BackendLimits {
  return {
    processes: maxProcesses,
    queue: maxQueuedRequests,
    keepSpares: prewarm,
    idleMs: idleTimeoutMinutes * MINUTE_MS,
  };
}

export const sameConfig = <T extends ListenConfig | BackendConfig>(one: T, other: T): boolean =>
  isDeepStrictEqual(one, other);

/**
 * The folder to work in, of those that are open: the active editor's, or the first.
 * @param active the open folder that the active editor's file is in, where there is one
 * @param fallback used when no folder is open
 */
export function chooseFolder(open: readonly string[], active: string | undefined, fallback: string): string {
  if (active !== undefined && open.includes(active)) return active;
  return open[0] ?? fallback;
}

/** The URL, without a path, under which a server that listens there is reached from the same machine. */
export function urlOf(listen: ListenConfig): string {
  const host = reachableHost(listen.host);
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
}
