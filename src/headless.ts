#!/usr/bin/env node
/** The server without VS Code. The first line on stdout has the address; the log goes to stderr. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createClaudeBackend } from './claude/backend.js';
import type { CliBackend } from './core/cliBackend.js';
import { asChatError } from './core/errors.js';
import { createLogger, type Logger } from './core/log.js';
import { describePortInUse } from './core/portOwner.js';
import { redactingLogger } from './core/secretRedaction.js';
import { SIGN_IN_INSTRUCTION } from './core/signIn.js';
import {
  createEndpoint,
  createFileStore,
  findPortOwner,
  formatRecord,
  ListenError,
  type Endpoint,
} from './server/server.js';
import { VERSION } from './version.js';

/** The npm package installs this program as `claude-ollama-server`; in a clone it is dist/headless.cjs. */
const USAGE = `Usage: claude-ollama-server [options]

Answers Ollama, OpenAI and Anthropic clients at http://127.0.0.1:PORT with your own Claude CLI.

  --port N                       port on 127.0.0.1; 0 picks a free port (default: 11434)
  --workspace DIR                folder in which Claude runs (default: the current folder)
  --claude PATH                  path of the Claude CLI (default: search for it)
  --unknown-models MODE          default: answer unknown model names with Claude's default model; reject: return 404
                                 (default: default)
  --token-file FILE              require clients to send the token in this file
  --workspace-permissions MODE   for models with the tag :workspace. readOnly: Claude can only read files in the folder;
                                 acceptEdits: it can also edit them. Everything else that needs permission is denied
                                 (default: readOnly)
  --state FILE                   keep the models that clients create in this file (default: until the server stops)
  --max-processes N              processes of the Claude CLI at once, 1 to 16; auto: by the memory of the machine
                                 (default: auto)
  --trace                        log everything, including prompts
  --version                      show the version
  --help                         show this help

The exit code is 0 after Ctrl+C or SIGTERM, and 1 when an option is wrong or the server cannot start.`;

/** Invalid command line arguments. The usage is printed after the message. */
class UsageError extends Error {}

/** What to do: print a text, or run the server. */
type Command = { readonly print: string } | { readonly print?: never; readonly options: Options };

interface Options {
  readonly port: number;
  readonly workspace: string;
  readonly claude: string;
  readonly unknownModels: 'default' | 'reject';
  readonly tokenFile: string | undefined;
  readonly stateFile: string | undefined;
  readonly permissions: 'readOnly' | 'acceptEdits';
  readonly maxProcesses: number | 'auto';
  readonly trace: boolean;
}

/** @throws UsageError */
function readCommand(args: readonly string[]): Command {
  const values = parseArguments(args);
  if (values.help) return { print: USAGE };
  if (values.version) return { print: VERSION };
  return { options: readOptions(values) };
}

/** @throws UsageError */
function readOptions(values: ReturnType<typeof parseArguments>): Options {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${values.port}".`);
  }
  const unknownModels = oneOf('--unknown-models', values['unknown-models'], ['default', 'reject']);
  const permissions = oneOf('--workspace-permissions', values['workspace-permissions'], [
    'readOnly',
    'acceptEdits',
  ]);
  const maxProcesses = values['max-processes'] === 'auto' ? 'auto' : Number(values['max-processes']);
  if (
    maxProcesses !== 'auto' &&
    !(Number.isInteger(maxProcesses) && maxProcesses >= 1 && maxProcesses <= 16)
  ) {
    throw new UsageError(
      `--max-processes must be auto or a number from 1 to 16, not "${values['max-processes']}".`,
    );
  }
  return {
    port,
    workspace: resolve(values.workspace),
    claude: values.claude === undefined ? '' : resolve(values.claude),
    unknownModels,
    tokenFile: values['token-file'],
    stateFile: values.state === undefined ? undefined : resolve(values.state),
    permissions,
    maxProcesses,
    trace: values.trace,
  };
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '11434' },
        workspace: { type: 'string', default: '.' },
        claude: { type: 'string' },
        'token-file': { type: 'string' },
        state: { type: 'string' },
        'unknown-models': { type: 'string', default: 'default' },
        'workspace-permissions': { type: 'string', default: 'readOnly' },
        'max-processes': { type: 'string', default: 'auto' },
        trace: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the token from a file, because every user of the machine can read the arguments. @throws UsageError */
function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      `--token-file: ${file} must contain one line of printable ASCII characters without spaces.`,
    );
  }
  return token;
}

/** Whether other users can read a file, by its mode. Always false on Windows. */
function isReadableByOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`${option} must be ${allowed.join(' or ')}, not "${value}".`);
  return found;
}

function stderrLogger(trace: boolean): Logger {
  return createLogger((level, line) => {
    if (!trace && (level === 'trace' || level === 'debug')) return;
    process.stderr.write(`${new Date().toISOString()} [${level}] ${line}\n`);
  });
}

/**
 * Logs problems of the CLI at start, before a request fails. The server runs anyway: the CLI may be installed later.
 */
async function reportCli(backend: CliBackend, log: Logger): Promise<void> {
  try {
    const cli = await backend.describe();
    log.info(`[cli] version=${cli.version} path=${cli.path}`);
    if (!cli.signedIn) log.warn(`[cli] not signed in. ${SIGN_IN_INSTRUCTION}.`);
    const models = await backend.models();
    log.info(`[cli] models=${models.map((model) => model.value).join(',')}`);
  } catch (error) {
    log.error(`[cli] ${asChatError(error).message}`);
  }
}

const HOST = '127.0.0.1';

/** Adds to the error of a used port which program uses it. Other errors stay as they are. */
async function explainPortInUse(error: unknown, port: number): Promise<unknown> {
  if (!(error instanceof ListenError) || error.kind !== 'inUse') return error;
  const owner = await findPortOwner(HOST, port);
  return new Error(
    `${describePortInUse({ owner, port, host: HOST })} Quit that program, or choose another port with --port.`,
  );
}

function stopOnSignal(endpoint: Endpoint, backend: CliBackend): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // Intentionally not awaited: both have time limits.
    void Promise.allSettled([endpoint.stop(), backend.close()]).then(() => process.exit(0));
  };
  // SIGBREAK: Ctrl+Break on Windows.
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop).on('SIGBREAK', stop);
  process.on('exit', () => backend.closeNow());
}

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  if (command.print !== undefined) {
    console.log(command.print);
    return;
  }
  const { options } = command;
  const { tokenFile, stateFile } = options;
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  const log = redactingLogger(stderrLogger(options.trace), () => [token ?? '']);
  if (tokenFile !== undefined && isReadableByOthers(tokenFile)) {
    log.warn(`[token] other users can read ${tokenFile}: restrict its permissions (chmod 600)`);
  }
  const backend = createClaudeBackend({
    claudePath: options.claude,
    folder: options.workspace,
    env: process.env,
    log,
    version: VERSION,
    limits: { processes: options.maxProcesses },
    workspace: { permissions: options.permissions, moreFolders: [] },
  });
  const endpoint = createEndpoint({
    backend: () => backend,
    settings: () => ({
      names: { defaultModel: '', unknown: options.unknownModels, aliases: {} },
      lanes: ['chat', 'workspace'],
      allowedHosts: [],
      allowedOrigins: [],
      token,
      allowOtherUsers: false,
    }),
    log,
    identity: `claude-ollama-server/${VERSION}`,
    ...(stateFile === undefined ? {} : { modelStore: createFileStore(stateFile, log) }),
    onRequest: (record) => log.info(formatRecord(record)),
  });
  stopOnSignal(endpoint, backend);
  const { url } = await endpoint.start(HOST, options.port).catch(async (error: unknown) => {
    throw await explainPortInUse(error, options.port);
  });
  console.log(`Ollama Server for Claude is listening on ${url}`);
  await reportCli(backend, log);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = 1;
});
