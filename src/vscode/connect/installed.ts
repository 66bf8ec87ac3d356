/** Which clients are installed on this machine. */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Client } from './guide.js';

/** How a client is recognized. */
interface Trace {
  /** Full ids of its VS Code extensions. */
  readonly extensions?: readonly string[];
  /** Names of its programs on PATH, without `.exe`. */
  readonly programs?: readonly string[];
}

/** By the client's id. Clients without an entry cannot be recognized. */
const TRACES: Readonly<Record<string, Trace>> = {
  'ollama-extension': { extensions: ['ollama.ollama'] },
  continue: { extensions: ['continue.continue'] },
  cline: { extensions: ['saoudrizwan.claude-dev'], programs: ['cline'] },
  roo: { extensions: ['rooveterinaryinc.roo-cline'] },
  kilo: { extensions: ['kilocode.kilo-code'], programs: ['kilocode', 'kilo'] },
  zed: { programs: ['zed', 'zeditor'] },
  jetbrains: { programs: ['idea', 'pycharm', 'webstorm', 'goland'] },
  xcode: { programs: ['xcodebuild'] },
  'open-webui': { programs: ['open-webui'] },
  n8n: { programs: ['n8n'] },
  opencode: { programs: ['opencode'] },
  codex: { programs: ['codex'] },
  aider: { programs: ['aider'] },
  ollama: { programs: ['ollama'] },
  goose: { programs: ['goose'] },
  curl: { programs: ['curl'] },
};

export interface Installation {
  /** Whether VS Code has this extension. @param id in lower case */
  hasExtension(id: string): boolean;
  /** Whether this program is on PATH. */
  hasProgram(name: string): Promise<boolean>;
}

/** The clients that are installed, in their order. */
export async function installedClients(
  clients: readonly Client[],
  installation: Installation,
): Promise<Client[]> {
  const found = await Promise.all(
    clients.map(async ({ id }) => {
      const { extensions = [], programs = [] } = TRACES[id] ?? {};
      if (extensions.some((extension) => installation.hasExtension(extension))) return true;
      return (await Promise.all(programs.map((name) => installation.hasProgram(name)))).some(Boolean);
    }),
  );
  return clients.filter((_client, index) => found[index]);
}

/**
 * Whether a folder of PATH has a program of that name that this user may run.
 * @param env the environment of this process
 */
export async function isOnPath(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<boolean> {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const endings = platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const files = folders.flatMap((folder) => endings.map((ending) => join(folder, `${name}${ending}`)));
  const found = files.map((file) =>
    access(file, constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(found)).some(Boolean);
}
