/** The command Run Diagnostics: checks the whole setup and opens a report. */
import { homedir } from 'node:os';
import { env, lm, ProgressLocation, Uri, version, window, workspace } from 'vscode';
import { asChatError } from '../../core/errors.js';
import { reachableHost, findPortOwner } from '../../server/server.js';
import { VERSION } from '../../version.js';
import type { History, LastError } from '../activity/history.js';
import type { AddressBook, Addresses } from '../ui/address.js';
import type { Configuration } from '../platform/configuration.js';
import type { Controller } from '../lifecycle/controller.js';
import {
  CHAT_VENDOR,
  DIAGNOSE_CLIENT,
  PRODUCT,
  REPORT_SCHEME,
  SECTION,
  type CommandTable,
} from '../platform/names.js';
import { urlOf } from '../lifecycle/desiredConfig.js';
import type { Token } from '../platform/token.js';
import {
  checkAddress,
  checkChat,
  checkCli,
  checkDiscovery,
  checkEditorChat,
  checkGuard,
  checkPort,
  checkServer,
  type Check,
} from './checks.js';
import { probe, type ProbeOptions } from './probes.js';
import { reportOf, type Findings } from './report.js';

export interface DiagnoseOptions {
  readonly controller: Pick<Controller, 'status' | 'inspect'>;
  readonly configuration: Pick<Configuration, 'current'>;
  readonly token: Pick<Token, 'current'>;
  readonly history: Pick<History, 'entries'>;
  readonly addresses: Pick<AddressBook, 'lookUp' | 'resolveExternalUrl'>;
  /** Whether the server on the port may get the token; see `isProvenServer`. */
  readonly isProven: () => Promise<boolean>;
}

const TIMEOUT_MS = 5_000;
const CHAT_TIMEOUT_MS = 60_000;
const MAX_ERRORS = 5;
/** VS Code shows the editor of a report again after a restart, when the report no longer exists. */
const REPORT_LOST = 'Run "Claude Ollama: Run Diagnostics" for a new report.\n';
const USER_AGENT = { 'user-agent': DIAGNOSE_CLIENT };

interface Scope {
  /** Whether to send a chat request, which uses tokens. */
  readonly includeChat: boolean;
}

/** Asks the user; `undefined` when they cancelled. */
async function chooseScope(): Promise<Scope | undefined> {
  return window.showQuickPick(
    [
      { label: 'Check Everything', detail: 'Uses no tokens.', includeChat: false },
      {
        label: 'Check Everything and Ask Claude for One Word',
        detail: 'Uses a few tokens.',
        includeChat: true,
      },
    ],
    { title: `${PRODUCT}: Run Diagnostics` },
  );
}

/** Checks the server as its clients see it. If it is not listening, only the port is checked. */
async function checkEndpoint(options: DiagnoseOptions, { includeChat }: Scope): Promise<Check[]> {
  const { host: configuredHost, port } = options.configuration.current;
  const token = options.token.current;
  const host = reachableHost(configuredHost);
  const [ipv4Owner, ipv6Owner] = await Promise.all([findPortOwner(host, port), findPortOwner('::1', port)]);
  const ports = checkPort(port, ipv4Owner, ipv6Owner);
  if (ipv4Owner !== 'claudeOllama' || !(await options.isProven())) return ports;
  const send = (path: string, more: Partial<ProbeOptions> = {}) => {
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { ...USER_AGENT, ...authorization, ...more.headers };
    return probe({ host, port, path, timeoutMs: TIMEOUT_MS, ...more, headers });
  };
  const [foreignHost, foreignOrigin, versionReply, tags] = await Promise.all([
    send('/api/version', { headers: { host: 'claude.example' } }),
    send('/api/version', { headers: { origin: 'https://claude.example' } }),
    send('/api/version'),
    send('/api/tags'),
  ]);
  const messages = [{ role: 'user', content: 'Answer with the one word "here".' }];
  const body = { model: 'claude-haiku', messages, stream: false };
  const chat = includeChat ? await send('/api/chat', { body, timeoutMs: CHAT_TIMEOUT_MS }) : undefined;
  return [
    ...ports,
    checkGuard(foreignHost, foreignOrigin),
    checkDiscovery(versionReply, tags),
    checkChat(chat),
  ];
}

async function resolveAddresses({ addresses, configuration }: DiagnoseOptions): Promise<Addresses> {
  const localUrl = urlOf(configuration.current);
  // A failure is reported by the missing external URL.
  await addresses.resolveExternalUrl(localUrl).catch(() => undefined);
  return addresses.lookUp(localUrl);
}

function changedSettings(): Findings['settings'] {
  const configuration = workspace.getConfiguration(SECTION);
  return Object.keys(configuration).flatMap((key) => {
    const inspected = configuration.inspect<unknown>(key);
    if (inspected === undefined) return [];
    const value = configuration.get<unknown>(key);
    const isDefault = JSON.stringify(value) === JSON.stringify(inspected.defaultValue);
    return isDefault ? [] : [[`${SECTION}.${key}`, value] as const];
  });
}

function latestErrors({ entries }: Pick<History, 'entries'>): LastError[] {
  return entries
    .flatMap(({ client, result }) =>
      result?.error === undefined || result.cancelled
        ? []
        : [{ client, message: result.error, at: result.endedAt }],
    )
    .slice(0, MAX_ERRORS);
}

async function runChecks(options: DiagnoseOptions, scope: Scope): Promise<Findings> {
  const { controller, history } = options;
  const [cli, endpoint, addresses, models] = await Promise.all([
    controller.inspect().catch((error: unknown) => asChatError(error).message),
    checkEndpoint(options, scope),
    resolveAddresses(options),
    lm.selectChatModels({ vendor: CHAT_VENDOR }),
  ]);
  return {
    checks: [
      ...checkCli(cli),
      checkServer(controller.status),
      ...endpoint,
      checkAddress(addresses),
      checkEditorChat(models.length),
    ],
    versions: [
      ['Extension', VERSION],
      ['VS Code', `${version}, ${env.appName}, ${env.remoteName ?? 'local'}`],
      ['System', `${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ],
    settings: changedSettings(),
    errors: latestErrors(history),
  };
}

export interface Diagnose {
  /** Checks the whole setup and opens a report, as a read-only document. */
  run(): Promise<void>;
  /** The text of a report. */
  textOf(uri: Uri): string;
}

export function createDiagnose(options: DiagnoseOptions): Diagnose {
  const reports = new Map<string, string>();
  return {
    async run() {
      const scope = await chooseScope();
      if (scope === undefined) return;
      const progress = { location: ProgressLocation.Window, title: 'Running diagnostics' };
      const findings = await window.withProgress(progress, () => runChecks(options, scope));
      const secrets = [options.token.current ?? ''];
      // The query makes each URI unique: VS Code caches the text of a virtual document for a while.
      const query = String(reports.size + 1);
      const uri = Uri.from({ scheme: REPORT_SCHEME, path: '/Diagnostics.md', query });
      reports.set(uri.toString(), reportOf(findings, { secrets, home: homedir() }));
      await window.showTextDocument(await workspace.openTextDocument(uri));
    },
    textOf: (uri) => reports.get(uri.toString()) ?? REPORT_LOST,
  };
}

export const diagnoseCommands = (diagnose: Diagnose): CommandTable<'runDiagnostics'> => ({
  runDiagnostics: () => diagnose.run(),
});
