/** The endpoint without an editor. Line 1 of stdout names the address; the log goes to stderr. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createClaudeBackend } from './claude/backend.js';
import type { CliBackend } from './core/cliBackend.js';
import { asChatError } from './core/errors.js';
import { createLogger, type Logger } from './core/log.js';
import { redactingLogger } from './core/secretRedaction.js';
import {
  createEndpoint,
  formatRecord,
  ListenError,
  findPortOwner,
  type Endpoint,
  type PortOwner,
} from './server/server.js';
import { VERSION } from './version.js';

const USAGE = `Usage: node dist/headless.cjs [options]
  --port N                       port on 127.0.0.1; 0 picks a free one (default 11434)
  --workspace DIR                where Claude runs (default: the current folder)
  --claude PATH                  the Claude CLI (default: searched for)
  --unknown-models MODE          default: foreign model names get Claude's default model; reject: 404
  --token-file FILE              clients must send the token that is in this file
  --workspace-permissions MODE   for models with the tag :workspace; readOnly (default): Claude only reads in the folder;
                                 acceptEdits: it also edits there. Whatever else would be asked is denied
  --trace                        log everything, prompts included
  --help                         this text`;

/** What was typed makes no sense; the usage helps. */
class UsageError extends Error {}

interface Options {
  readonly port: number;
  readonly workspace: string;
  readonly claude: string;
  readonly unknownModels: 'default' | 'reject';
  readonly tokenFile: string | undefined;
  readonly permissions: 'readOnly' | 'acceptEdits';
  readonly trace: boolean;
}

/** @throws UsageError @returns `undefined` when only the usage is wanted */
function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  const unknownModels = oneOf('--unknown-models', values['unknown-models'], ['default', 'reject']);
  const permissions = oneOf('--workspace-permissions', values['workspace-permissions'], [
    'readOnly',
    'acceptEdits',
  ]);
  return {
    port,
    workspace: resolve(values.workspace),
    claude: values.claude === undefined ? '' : resolve(values.claude),
    unknownModels,
    tokenFile: values['token-file'],
    permissions,
    trace: values.trace,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '11434' },
        workspace: { type: 'string', default: '.' },
        claude: { type: 'string' },
        'token-file': { type: 'string' },
        'unknown-models': { type: 'string', default: 'default' },
        'workspace-permissions': { type: 'string', default: 'readOnly' },
        trace: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The token comes in a file, because every user of the machine can read the arguments. @throws UsageError */
function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(`--token-file: ${file} must hold one line of letters, digits and signs.`);
  }
  return token;
}

/** Whether other users may read that file, as far as its mode tells. */
function isExposed(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageError(`${option} takes ${allowed.join(' or ')}, not "${value}".`);
  return found;
}

function stderrLogger(trace: boolean): Logger {
  return createLogger((level, line) => {
    if (!trace && (level === 'trace' || level === 'debug')) return;
    process.stderr.write(`${new Date().toISOString()} [${level}] ${line}\n`);
  });
}

/** Says early what a request would fail on. The endpoint serves all the same: the CLI may appear later. */
async function reportCli(backend: CliBackend, log: Logger): Promise<void> {
  try {
    const cli = await backend.describe();
    log.info(`[cli] version=${cli.version} path=${cli.path}`);
    if (!cli.signedIn) log.warn('[cli] not signed in: run "claude auth login" in a terminal');
    const models = await backend.models();
    log.info(`[cli] models=${models.map((model) => model.value).join(',')}`);
  } catch (error) {
    log.error(`[cli] ${asChatError(error).message}`);
  }
}

const HOST = '127.0.0.1';

const OWNERS: Readonly<Record<PortOwner, string>> = {
  ours: 'another Ollama Server for Claude',
  ollama: 'Ollama itself',
  other: 'another program',
  nobody: 'a program that does not answer',
};

/** A port in use is told with who has it. */
async function explained(error: unknown, port: number): Promise<unknown> {
  if (!(error instanceof ListenError) || error.kind !== 'inUse') return error;
  const owner = OWNERS[await findPortOwner(HOST, port)];
  return new Error(
    `Port ${port} on ${HOST} is in use by ${owner}. End that, or choose another port with --port.`,
  );
}

function stopOnSignal(endpoint: Endpoint, backend: CliBackend): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void Promise.allSettled([endpoint.stop(), backend.close()]).then(() => process.exit(0)); // both are bounded
  };
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop);
  process.on('exit', () => backend.closeNow());
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const { tokenFile } = options;
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  const log = redactingLogger(stderrLogger(options.trace), () => [token ?? '']);
  if (tokenFile !== undefined && isExposed(tokenFile)) {
    log.warn(`[token] other users can read ${tokenFile}: take that right from them (chmod 600)`);
  }
  const backend = createClaudeBackend({
    claudePath: options.claude,
    folder: options.workspace,
    env: process.env,
    log,
    version: VERSION,
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
    onRequest: (record) => log.info(formatRecord(record)),
  });
  stopOnSignal(endpoint, backend);
  const { url } = await endpoint.start(HOST, options.port).catch(async (error: unknown) => {
    throw await explained(error, options.port);
  });
  console.log(`Ollama Server for Claude is listening on ${url}`);
  await reportCli(backend, log);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = 1;
});
