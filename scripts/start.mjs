// npm start [-- options]: sets up, then runs the server in the current folder, with the real Claude or canned answers.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { loadBundled } from './bundled.mjs';
import { ending } from './child.mjs';
import { inRoot } from './place.mjs';
import { build, install, launch } from './setup.mjs';

const DEFAULT_PORT = '11434';
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** The folder the person is in. npm runs scripts in the repository's, and tells. */
const caller = (process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD) || process.cwd();

await launch(async () => {
  await install();
  await build();
  const options = process.argv.slice(2);
  const workspace = resolve(caller, optionOf(options, 'workspace') ?? '.');
  const given = optionOf(options, 'claude');
  const { chooseCli, startCannedModel } = await loadPreflight();
  const cli = await chooseCli(given === undefined ? '' : resolve(caller, given), workspace, (line) => {
    console.error(`• ${line}`);
  });
  console.error(`• Claude CLI: ${cli.path} (${cli.source}), ${cli.signedIn ? 'signed in' : 'not signed in'}`);
  const canned = cli.signedIn ? undefined : await startCannedModel();
  if (canned !== undefined) console.error(banner());
  try {
    const port = optionOf(options, 'port') ?? DEFAULT_PORT;
    const args = ['--port', port, '--workspace', workspace, '--claude', cli.path, ...restOf(options)];
    process.exitCode = await runServer(args, canned?.env ?? process.env);
  } finally {
    await canned?.stop();
  }
});

/**
 * Runs the server until it ends by itself or by a signal to this process.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code; 128 + 15 and the like when a signal ended it, as shells have it
 */
async function runServer(args, env) {
  const child = spawn(process.execPath, [inRoot('dist/headless.cjs'), ...args], {
    cwd: caller,
    env,
    stdio: 'inherit',
  });
  const end = () => child.kill('SIGTERM');
  for (const signal of FORWARDED) process.on(signal, end);
  const { code, signal } = await ending(child);
  for (const name of FORWARDED) process.off(name, end);
  const { constants } = await import('node:os');
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** @returns {Promise<typeof import('./preflight.js')>} */
function loadPreflight() {
  return loadBundled('scripts/preflight.ts', 'preflight');
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
 * The options that are passed on as they stand.
 * @param {readonly string[]} options
 */
function restOf(options) {
  const handled = ['port', 'workspace', 'claude'];
  return options.filter((option, at) => {
    const before = options[at - 1];
    if (handled.some((name) => option === `--${name}` || option.startsWith(`--${name}=`))) return false;
    return !handled.some((name) => before === `--${name}`);
  });
}

function banner() {
  const lines = [
    'THE ANSWERS ARE CANNED. This is not Claude.',
    '',
    'The Claude CLI is not signed in, so a stand-in for the model answers',
    'behind the real CLI. To talk to Claude: run "claude auth login"',
    '(or set ANTHROPIC_API_KEY), then npm start again.',
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '═'.repeat(width + 2);
  return [`╔${edge}╗`, ...lines.map((line) => `║ ${line.padEnd(width)} ║`), `╚${edge}╝`].join('\n');
}
