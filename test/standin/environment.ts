/** The environment in which the real CLI talks to the stand-in and to nothing of the person's own. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StandInEnvironment {
  /** All of the child's environment, not only what differs. */
  readonly env: Record<string, string>;
  /** The folder that holds `home`, the CLI's configuration and `workspace`. */
  readonly root: string;
  /** An empty folder for the CLI to work in. */
  readonly workspace: string;
  /** Removes `root`. Call it after the child has ended. */
  dispose(): Promise<void>;
}

/** Would lead the CLI away from the stand-in, or to the person's own configuration. */
const FOREIGN =
  /^(ANTHROPIC_|CLAUDE|AWS_|GOOGLE_|VERTEX_|XDG_(CONFIG|CACHE|DATA|STATE)_HOME$|(HTTPS?|ALL|NO)_PROXY$)/i;

/**
 * A fresh home and configuration folder, and an environment that points the CLI at the stand-in.
 * @param url the stand-in's
 * @param extra variables that win over everything else
 */
export async function standInEnvironment(
  url: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<StandInEnvironment> {
  const root = await mkdtemp(join(tmpdir(), 'claude-standin-'));
  const home = join(root, 'home');
  const config = join(root, 'config');
  const workspace = join(root, 'workspace');
  await Promise.all([home, config, workspace].map((folder) => mkdir(folder)));
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !FOREIGN.test(name)) env[name] = value;
  }
  Object.assign(env, {
    HOME: home,
    USERPROFILE: home,
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'dummy',
    ...extra,
  });
  return {
    env,
    root,
    workspace,
    // The CLI may still be writing its configuration for a moment after it was told to end.
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
