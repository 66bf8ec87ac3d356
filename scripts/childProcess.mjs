import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './paths.mjs';

/** A child process failed. `output` is what it printed. */
export class ProcessError extends Error {
  /**
   * @param {string} command
   * @param {string} output
   */
  constructor(command, output) {
    super(`${command} failed`);
    this.name = 'ProcessError';
    this.output = output;
  }
}

/**
 * Runs Node and captures the output.
 * @param {readonly string[]} args the script and its arguments
 * @param {{ cwd?: string }} [options] the default folder is that of the repository
 * @returns {Promise<string>} stdout and stderr together
 * @throws {ProcessError} when the exit code is not 0
 */
export async function runNode(args, { cwd = root } = {}) {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const { code, signal } = await waitForExit(child);
  if (code !== 0) throw new ProcessError(`${args.join(' ')} (${signal ?? `exit code ${code}`})`, output);
  return output;
}

/** After a child has exited, its own children may hold its output open. Wait no longer than this for them. */
const OUTPUT_GRACE_MS = 5_000;

/**
 * Resolves when the child has exited and its output is complete, or OUTPUT_GRACE_MS after its exit.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export function waitForExit(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('exit', (code, signal) => {
      setTimeout(() => resolve({ code, signal }), OUTPUT_GRACE_MS).unref();
    });
  });
}

/**
 * The path of npm's JavaScript entry point. `npm.cmd` on Windows is no alternative: it needs a shell.
 * @throws {Error} when npm is not found
 */
export function npmCliPath() {
  const running = process.env['npm_execpath'];
  if (running !== undefined && basename(running).startsWith('npm-cli')) return running;
  const nodeFolder = dirname(process.execPath);
  const script = join('node_modules', 'npm', 'bin', 'npm-cli.js');
  const candidates = [
    join(nodeFolder, script),
    join(nodeFolder, '..', 'lib', script),
    join(nodeFolder, '..', 'share', script),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error('npm was not found. Run this through npm: npm test, npm start.');
  return found;
}
