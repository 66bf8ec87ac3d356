/** What the user has set for the CLI, as a process of the CLI reports it. */
import * as v from 'valibot';
import { ChatError } from '../../core/errors.js';
import type { Channel } from './channel.js';
import type { Environment } from './processSetup.js';

export interface UserSettings {
  /**
   * The id of the model that the process uses until another is set: the user's default (`model` in the settings,
   * `ANTHROPIC_MODEL`). `undefined` if the CLI does not report it.
   */
  readonly model: string | undefined;
  /** The variables that the settings files set, which come before those of the environment. */
  readonly variables: Environment;
  /** Whether hooks of the user, the project or a plugin may run; also if the CLI does not report it. */
  readonly mayRunHooks: boolean;
}

const effective = v.object({
  env: v.optional(v.record(v.string(), v.string()), {}),
  hooks: v.optional(v.unknown()),
  enabledPlugins: v.optional(v.unknown()),
});
const settingsSchema = v.object({
  applied: v.fallback(v.object({ model: v.optional(v.string()) }), {}),
  effective: v.fallback(v.optional(effective), undefined),
});

/**
 * Requests the settings of a process that has not been changed yet.
 * @returns settles when the CLI answers. Use `Channel.waitFor` for it
 */
export async function requestSettings(channel: Channel): Promise<UserSettings> {
  const read = v.safeParse(settingsSchema, await channel.requestEarly({ subtype: 'get_settings' }));
  if (!read.success) return { model: undefined, variables: {}, mayRunHooks: true };
  const { applied, effective: set } = read.output;
  const mayRunHooks = set === undefined || set.hooks !== undefined || set.enabledPlugins !== undefined;
  return { model: applied.model, variables: set?.env ?? {}, mayRunHooks };
}

/** Switches on the CLI's simple mode, in which it calls no hooks. Windows ignores the case of names. */
const SIMPLE_MODE = process.platform === 'win32' ? /^CLAUDE_CODE_SIMPLE$/i : /^CLAUDE_CODE_SIMPLE$/;
const OFF: ReadonlySet<string | undefined> = new Set(['', '0', 'false', 'no', 'off', undefined]);

/** @throws ChatError `cliFailed` if settings that cannot be overridden switch off the hook in which the CLI asks for permission */
export function requireHooks({ variables }: UserSettings): void {
  const simple = Object.entries(variables).some(([name, value]) => SIMPLE_MODE.test(name) && !OFF.has(value));
  if (!simple) return;
  throw new ChatError(
    'cliFailed',
    'Workspace models cannot be used: a setting for Claude that this server cannot override (CLAUDE_CODE_SIMPLE in "env") ' +
      'switches off hooks, and without them Claude would not ask for permission. Remove the setting, or use a chat model. If ' +
      'it is a setting of your organization, ask your administrator.',
  );
}
