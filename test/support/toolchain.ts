/** Toolchains of other languages, as installed on this machine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from './clientSuite/program.js';

const run = promisify(execFile);
const LONGEST_MS = 900_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** The absolute path of a file in `test/`. The compiled file is in out/test/support. */
export const testFile = (path: string): string =>
  fileURLToPath(new URL(`../../../test/${path}`, import.meta.url));

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a tool until it ends.
 * @returns stdout
 * @throws Error whose message holds the end of the tool's output
 */
export async function runTool(
  file: string,
  args: readonly string[],
  { cwd, env }: ToolOptions = {},
): Promise<string> {
  try {
    const running = run(file, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...inheritedEnvironment(), ...env },
      timeout: LONGEST_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    // Some command lines wait for the end of their input.
    running.child.stdin?.end();
    return (await running).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${file} ${args[0] ?? ''} failed: ${`${stdout}\n${stderr}`.trim().slice(-2000)}`, {
      cause: error,
    });
  }
}

/**
 * The output of a tool that says its version.
 * @throws Error that says that the tool is missing
 */
export async function versionOf(file: string, args: readonly string[]): Promise<string> {
  try {
    return (await runTool(file, args)).trim();
  } catch (error) {
    throw new Error(`there is no ${file} that works`, { cause: error });
  }
}
