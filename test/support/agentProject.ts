/** A folder with a small program that has a bug, and an agent that runs in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prints -6 instead of 6. Its text has characters of one to four bytes in UTF-8. */
export const BROKEN = `// Der Preis für alles, in € 🛒
const total = (prices) => prices.reduce((sum, price) => sum - price, 0);
console.log(\`total=\${total([1, 2, 3])}\`);
`;
export const REPAIRED = BROKEN.replace('sum - price', 'sum + price');
export const TASK = 'The total in cart.mjs is wrong. Repair it.';

const LIMIT_MS = 240_000;

export interface AgentProject {
  /** The agent's working directory. */
  readonly folder: string;
  /** The agent's home folder, empty at first. */
  readonly home: string;
  readonly sourceFile: string;
  /** The program's current text. */
  readonly readSource: () => Promise<string>;
  /**
   * Runs an agent until it exits.
   * @returns its stdout
   * @throws Error with its output if it fails or takes too long
   */
  readonly run: (
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => Promise<string>;
  /** Removes the folders. */
  readonly close: () => Promise<void>;
}

export async function createAgentProject(): Promise<AgentProject> {
  const root = await mkdtemp(join(tmpdir(), 'agent-'));
  const folder = join(root, 'project');
  const home = join(root, 'agent');
  const sourceFile = join(folder, 'cart.mjs');
  await Promise.all([mkdir(folder), mkdir(home)]);
  await writeFile(sourceFile, BROKEN);
  return {
    folder,
    home,
    sourceFile,
    readSource: () => readFile(sourceFile, 'utf8'),
    async run(program, args, env) {
      const child = spawn(program, args, {
        cwd: folder,
        env: { ...systemEnvironment(), HOME: home, USERPROFILE: home, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      if (code !== 0) throw new Error(`the agent ended with ${signal ?? code}:\n${stderr}\n${stdout}`);
      return stdout;
    },
    // Processes that the agent left running may still write files.
    close: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Only what a program needs to start: no keys and settings of the developer's own agents. */
function systemEnvironment(): Record<string, string> {
  const kept = ['PATH', 'Path', 'SystemRoot', 'ComSpec', 'TEMP', 'TMP', 'TMPDIR', 'LANG'];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The JSON objects of an output with one object per line. */
export function linesOf<Line>(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
