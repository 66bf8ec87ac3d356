// Child processes of the launch scripts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './place.mjs';

/** A child that ended badly, with what it printed. */
export class ChildFailed extends Error {
  /**
   * @param {string} what
   * @param {string} output
   */
  constructor(what, output) {
    super(`${what} failed`);
    this.name = 'ChildFailed';
    this.output = output;
  }
}

/**
 * Runs Node on a script and keeps what it prints.
 * @param {readonly string[]} args
 * @returns {Promise<string>} stdout and stderr as they came
 * @throws {ChildFailed}
 */
export async function quietly(args) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const { code, signal } = await ending(child);
  if (code !== 0) throw new ChildFailed(`${args.join(' ')} (${signal ?? `exit code ${code}`})`, output);
  return output;
}

/** How long after a child's end its output may be held open by something that it left behind. */
const OUTPUT_GRACE_MS = 5_000;

/**
 * Resolves when the child has ended and its output is complete, or nothing more can be expected of it.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: string | null }>}
 */
export function ending(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('exit', (code, signal) => {
      setTimeout(() => resolve({ code, signal }), OUTPUT_GRACE_MS).unref();
    });
  });
}

/** npm's own script. Never the `npm.cmd` of Windows, which cannot be started without a shell. */
export function npmScript() {
  const running = process.env.npm_execpath;
  if (running !== undefined && basename(running).startsWith('npm-cli')) return running;
  const beside = dirname(process.execPath);
  const script = join('node_modules', 'npm', 'bin', 'npm-cli.js');
  const candidates = [
    join(beside, script),
    join(beside, '..', 'lib', script),
    join(beside, '..', 'share', script),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error('npm was not found. Run this through npm: npm test, npm start.');
  return found;
}
