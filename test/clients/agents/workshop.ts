/** A folder with a small program that has a fault, and an agent at work in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prints -6; characters of one to four bytes. */
export const FAULTY = `// Der Preis für alles, in € 🛒
const total = (prices) => prices.reduce((sum, price) => sum - price, 0);
console.log(\`total=\${total([1, 2, 3])}\`);
`;
export const REPAIRED = FAULTY.replace('sum - price', 'sum + price');
export const TASK = 'The total in cart.mjs is wrong. Repair it.';

const LIMIT_MS = 240_000;

export interface Workshop {
  /** The agent's working directory. */
  readonly folder: string;
  /** The agent's home: nothing of the person's own. */
  readonly home: string;
  readonly cart: string;
  /** What is in the program now. */
  readonly source: () => Promise<string>;
  /**
   * Runs an agent to its end, and returns what it printed.
   * @throws Error with what it wrote when it fails or takes too long
   */
  readonly run: (
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => Promise<string>;
  /** Removes all of it. */
  readonly close: () => Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const root = await mkdtemp(join(tmpdir(), 'agent-'));
  const folder = join(root, 'project');
  const home = join(root, 'agent');
  const cart = join(folder, 'cart.mjs');
  await Promise.all([mkdir(folder), mkdir(home)]);
  await writeFile(cart, FAULTY);
  return {
    folder,
    home,
    cart,
    source: () => readFile(cart, 'utf8'),
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
    // What the agent has left behind may still be writing.
    close: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Without keys and settings that the person has for agents of their own. */
function systemEnvironment(): Record<string, string> {
  const kept = ['PATH', 'Path', 'SystemRoot', 'ComSpec', 'TEMP', 'TMP', 'TMPDIR', 'LANG'];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The objects of an output that has one JSON object a line. */
export function linesOf<Line>(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
