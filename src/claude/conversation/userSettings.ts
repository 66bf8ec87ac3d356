/** What the user has set for the CLI, as a process of the CLI reports it. */
import * as v from 'valibot';
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
