// npm start [-- options]: builds, and runs the server in the current folder, with the real Claude or with canned answers.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { importBundled } from './bundle.mjs';
import { cannedBanner } from './cannedBanner.mjs';
import { waitForExit } from './childProcess.mjs';
import { callerFolder, inRoot } from './paths.mjs';
import { build, install, runMain } from './setup.mjs';

const DEFAULT_PORT = '11434';
const FORWARDED_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

const caller = callerFolder('start');

await runMain(async () => {
  await install();
  await build();
  const options = process.argv.slice(2);
  const workspace = resolve(caller, optionOf(options, 'workspace') ?? '.');
  const claude = optionOf(options, 'claude');
  const { chooseCli, startCannedModel } = await importChooseCli();
  const cli = await chooseCli({
    claudePath: claude === undefined ? '' : resolve(caller, claude),
    workspace,
    onProblem: (line) => console.error(`• ${line}`),
  });
  console.error(`• Claude CLI: ${cli.path} (${cli.source}), ${cli.signedIn ? 'signed in' : 'not signed in'}`);
  const canned = cli.signedIn ? undefined : await startCannedModel();
  if (canned !== undefined) console.error(cannedBanner('npm start'));
  try {
    const port = optionOf(options, 'port') ?? DEFAULT_PORT;
    const args = ['--port', port, '--workspace', workspace, '--claude', cli.path, ...otherOptions(options)];
    process.exitCode = await runServer(args, canned?.env ?? process.env);
  } finally {
    await canned?.stop();
  }
});

/**
 * Runs the server until it exits. SIGINT, SIGTERM and SIGHUP to this process stop it.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code; after a signal 128 + the signal's number, as in shells
 */
async function runServer(args, env) {
  const child = spawn(process.execPath, [inRoot('dist/headless.cjs'), ...args], {
    cwd: caller,
    env,
    stdio: 'inherit',
  });
  const stop = () => child.kill('SIGTERM');
  for (const name of FORWARDED_SIGNALS) process.on(name, stop);
  const { code, signal } = await waitForExit(child);
  for (const name of FORWARDED_SIGNALS) process.off(name, stop);
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** @returns {Promise<typeof import('./chooseCli.js')>} */
function importChooseCli() {
  return importBundled('scripts/chooseCli.ts', 'chooseCli');
}

/**
 * The value of `--name value` or `--name=value`.
 * @param {readonly string[]} options
 * @param {string} name
 */
function optionOf(options, name) {
  const at = options.findIndex((option) => option === `--${name}` || option.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const [, attached] = options[at]?.match(/=(.*)/s) ?? [];
  return attached ?? options[at + 1];
}

/**
 * The options that the server gets unchanged.
 * @param {readonly string[]} options
 */
function otherOptions(options) {
  const handled = ['port', 'workspace', 'claude'];
  return options.filter((option, at) => {
    const before = options[at - 1];
    if (handled.some((name) => option === `--${name}` || option.startsWith(`--${name}=`))) return false;
    return !handled.some((name) => before === `--${name}`);
  });
}
