/** An environment in which the real CLI uses the stand-in, and none of the user's configuration. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiProxy } from './apiProxy.js';

/**
 * How the CLI reaches the stand-in. `firstParty`: as it reaches Anthropic's API, which is what most users have. `baseUrl`:
 * with `ANTHROPIC_BASE_URL`, as users of a gateway do.
 */
export type ApiAccess = 'firstParty' | 'baseUrl';

export interface StandInEnvironment {
  /** The complete environment for the child process. */
  readonly env: Record<string, string>;
  /** A temporary folder with `home`, the CLI's configuration and `workspace` in it. */
  readonly root: string;
  /** An empty folder for the CLI to work in. */
  readonly workspace: string;
  /** Closes the way to the stand-in and removes `root`. To be called after the child process has exited. */
  dispose(): Promise<void>;
}

/** Variables that would make the CLI use another API or the user's configuration. */
const NOT_INHERITED =
  /^(ANTHROPIC_|CLAUDE|AWS_|GOOGLE_|VERTEX_|XDG_(CONFIG|CACHE|DATA|STATE)_HOME$|(HTTPS?|ALL|NO)_PROXY$)/i;

/**
 * Creates an empty home and configuration folder, and an environment that makes the CLI use the stand-in.
 * @param url of the stand-in
 * @param extra variables that override all others
 */
export async function standInEnvironment(
  url: string,
  extra: Readonly<Record<string, string>> = {},
  access: ApiAccess = 'baseUrl',
): Promise<StandInEnvironment> {
  // The CLI reports its folder without links: on macOS, the folder of temporary files is behind one.
  const root = await realpath(await mkdtemp(join(tmpdir(), 'claude-standin-')));
  const home = join(root, 'home');
  const config = join(root, 'config');
  const workspace = join(root, 'workspace');
  await Promise.all([home, config, workspace].map((folder) => mkdir(folder)));
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !NOT_INHERITED.test(name)) env[name] = value;
  }
  const way = access === 'firstParty' ? await firstPartyAccess(url, root) : baseUrlAccess(url);
  Object.assign(env, {
    HOME: home,
    USERPROFILE: home,
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_API_KEY: 'dummy',
    ...way.env,
    ...extra,
  });
  return {
    env,
    root,
    workspace,
    async dispose() {
      await way.close();
      // The CLI may still write its configuration for a moment after it was told to end.
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Variables that lead the CLI to the stand-in. */
interface Way {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

function baseUrlAccess(url: string): Way {
  return { env: { ANTHROPIC_BASE_URL: url }, close: () => Promise.resolve() };
}

async function firstPartyAccess(url: string, root: string): Promise<Way> {
  const proxy = await startApiProxy(url);
  const file = join(root, 'api.pem');
  await writeFile(file, proxy.cert);
  return {
    env: { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: file },
    close: () => proxy.close(),
  };
}
