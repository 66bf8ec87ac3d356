/** What a person has set, checked. The defaults are the manifest's and are written nowhere else. Pure. */
import type { Lane } from '../../core/chat.js';
import type { EndpointSettings } from '../../server/server.js';

export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Empty: look for the CLI. */
  readonly claudePath: string;
  readonly autoStart: boolean;
  readonly defaultModel: string;
  readonly unknownModels: 'default' | 'reject';
  readonly aliases: Readonly<Record<string, string>>;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Other users of this machine. */
  readonly allowOtherUsers: boolean;
  /** Processes of the CLI alive at once. */
  readonly maxProcesses: number;
  readonly maxQueuedRequests: number;
  readonly prewarm: 'always' | 'whileInUse' | 'never';
  readonly idleTimeoutMinutes: number;
  /** What Claude may do in the workspace lane. */
  readonly 'workspace.permissions': WorkspacePermissions;
  /** Whether that lane is told what is open in the editor. */
  readonly 'workspace.editorContext': boolean;
}

export type WorkspacePermissions = 'readOnly' | 'ask' | 'acceptEdits';

/** Where settings come from: the editor's configuration, of this extension's section. */
export interface SettingsSource {
  /** The value in force, of whatever type was written. */
  value(key: string): unknown;
  /** The manifest's default. */
  defaultOf(key: string): unknown;
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isText = (value: unknown): value is string => isString(value) && value.trim() !== '';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
const isPolicy = (value: unknown): value is 'default' | 'reject' => value === 'default' || value === 'reject';
const isKeep = (value: unknown): value is Settings['prewarm'] =>
  value === 'always' || value === 'whileInUse' || value === 'never';
const isPermissions = (value: unknown): value is WorkspacePermissions =>
  value === 'readOnly' || value === 'ask' || value === 'acceptEdits';
const isCount =
  (least: number, most: number) =>
  (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const isMinutes = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1440;
const isPort = isCount(1, 65_535);
const isNames = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isString);

/**
 * Reads every setting. A value of the wrong type counts as not set: the editor underlines it in the settings
 * file, and `warn` gets a line about it.
 */
export function readSettings(source: SettingsSource, warn: (line: string) => void): Settings {
  function read<T>(key: string, fits: (value: unknown) => value is T): T {
    const value = source.value(key);
    if (fits(value)) return value;
    const fallback = source.defaultOf(key);
    if (!fits(fallback)) throw new TypeError(`the manifest has no usable default for the setting ${key}`);
    warn(`[settings] ${key} has a value that it cannot have; using ${JSON.stringify(fallback)}`);
    return fallback;
  }
  return Object.freeze({
    port: read('port', isPort),
    host: read('host', isText).trim(),
    claudePath: read('claudePath', isString).trim(),
    autoStart: read('autoStart', isBoolean),
    defaultModel: read('defaultModel', isString).trim(),
    unknownModels: read('unknownModels', isPolicy),
    aliases: read('aliases', isNames),
    allowedHosts: read('allowedHosts', isStrings),
    allowedOrigins: read('allowedOrigins', isStrings),
    allowOtherUsers: read('allowOtherUsers', isBoolean),
    maxProcesses: read('maxProcesses', isCount(1, 16)),
    maxQueuedRequests: read('maxQueuedRequests', isCount(0, 512)),
    prewarm: read('prewarm', isKeep),
    idleTimeoutMinutes: read('idleTimeoutMinutes', isMinutes),
    'workspace.permissions': read('workspace.permissions', isPermissions),
    'workspace.editorContext': read('workspace.editorContext', isBoolean),
  });
}

/**
 * The part that the server reads anew for every request.
 * @param token the one that clients must send
 * @param lanes those that can be had in this window now
 */
export function endpointSettings(
  settings: Settings,
  token: string | undefined,
  lanes: readonly Lane[],
): EndpointSettings {
  const { defaultModel, unknownModels, aliases, allowedHosts, allowedOrigins, allowOtherUsers } = settings;
  return {
    names: { defaultModel, unknown: unknownModels, aliases },
    lanes,
    allowedHosts,
    allowedOrigins,
    token,
    allowOtherUsers,
  };
}
