/** The extension's settings, validated. Their defaults stand in package.json and nowhere else. Pure. */
import type { Lane } from '../../core/chat.js';
import { type Prewarm, PREWARM_MODES } from '../../core/cliBackend.js';
import { WORKSPACE_PERMISSIONS, type WorkspacePermissions } from '../../core/permission.js';
import type { EndpointSettings } from '../../server/server.js';

export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Empty: search for the CLI. */
  readonly claudePath: string;
  readonly autoStart: boolean;
  readonly defaultModel: string;
  readonly unknownModels: 'default' | 'reject';
  readonly aliases: Readonly<Record<string, string>>;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Whether other users of this machine may connect. */
  readonly allowOtherUsers: boolean;
  /** How many processes of the CLI may run at the same time. */
  readonly maxProcesses: number | 'auto';
  readonly maxQueuedRequests: number;
  readonly prewarm: Prewarm;
  readonly idleTimeoutMinutes: number;
  /** What Claude may do in the workspace lane. */
  readonly 'workspace.permissions': WorkspacePermissions;
  /** Whether requests of the workspace lane contain what is open in the editor. */
  readonly 'workspace.editorContext': boolean;
}

/** VS Code's configuration of this extension's section. */
export interface SettingsSource {
  /** The effective value, of any type. The manifest's default when the user has set none. */
  value(key: string): unknown;
  /** The manifest's default. */
  defaultOf(key: string): unknown;
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isNonBlank = (value: unknown): value is string => isString(value) && value.trim() !== '';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
const isStringMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isString);
const isOneOf =
  <T extends string>(...allowed: readonly T[]) =>
  (value: unknown): value is T =>
    allowed.some((one) => one === value);
const isIntegerIn =
  (min: number, max: number) =>
  (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
const isProcessCount = (value: unknown): value is number | 'auto' =>
  value === 'auto' || isIntegerIn(1, 16)(value);
const isNumberIn =
  (min: number, max: number) =>
  (value: unknown): value is number =>
    typeof value === 'number' && value >= min && value <= max;

/**
 * Reads every setting. Replaces an invalid value by the default and reports it to `warn`; VS Code underlines it in the
 * settings file.
 * @throws TypeError when the manifest has no valid default for a setting
 */
export function readSettings(source: SettingsSource, warn: (line: string) => void): Settings {
  function read<T>(key: string, isValid: (value: unknown) => value is T): T {
    const value = source.value(key);
    if (isValid(value)) return value;
    const fallback = source.defaultOf(key);
    if (!isValid(fallback)) throw new TypeError(`the manifest has no valid default for the setting ${key}`);
    warn(`[settings] the value of ${key} is invalid; using ${JSON.stringify(fallback)}`);
    return fallback;
  }
  return Object.freeze({
    port: read('port', isIntegerIn(1, 65_535)),
    host: read('host', isNonBlank).trim(),
    claudePath: read('claudePath', isString).trim(),
    autoStart: read('autoStart', isBoolean),
    defaultModel: read('defaultModel', isString).trim(),
    unknownModels: read('unknownModels', isOneOf('default', 'reject')),
    aliases: read('aliases', isStringMap),
    allowedHosts: read('allowedHosts', isStrings),
    allowedOrigins: read('allowedOrigins', isStrings),
    allowOtherUsers: read('allowOtherUsers', isBoolean),
    maxProcesses: read('maxProcesses', isProcessCount),
    maxQueuedRequests: read('maxQueuedRequests', isIntegerIn(0, 512)),
    prewarm: read('prewarm', isOneOf(...PREWARM_MODES)),
    idleTimeoutMinutes: read('idleTimeoutMinutes', isNumberIn(0, 1440)),
    'workspace.permissions': read('workspace.permissions', isOneOf(...WORKSPACE_PERMISSIONS)),
    'workspace.editorContext': read('workspace.editorContext', isBoolean),
  });
}

/**
 * The settings that the server reads for every request.
 * @param token the token that clients must send
 * @param lanes the lanes available in this window
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
