/** Diagnose: looks at everything that must be right, and writes down what it found. */
import { homedir } from 'node:os';
import { env, lm, ProgressLocation, version, window, workspace } from 'vscode';
import { asChatError } from '../../core/errors.js';
import { reachableHost, findPortOwner } from '../../server/server.js';
import { VERSION } from '../../version.js';
import type { History, LastError } from '../activity/history.js';
import type { AddressBook, Addresses } from '../ui/address.js';
import type { Configuration } from '../platform/configuration.js';
import type { Controller } from '../lifecycle/controller.js';
import { CHAT_VENDOR, DIAGNOSE_CLIENT, PRODUCT, SECTION, type CommandTable } from '../platform/names.js';
import { urlOf } from '../lifecycle/desiredConfig.js';
import type { Token } from '../platform/token.js';
import {
  checkAddress,
  checkChat,
  checkCli,
  checkClientView,
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
  readonly addresses: Pick<AddressBook, 'of' | 'outside'>;
}

const QUICK_MS = 5_000;
const CHAT_MS = 60_000;
const ERRORS = 5;
const CLIENT = { 'user-agent': DIAGNOSE_CLIENT };

/** Whether to ask Claude something, too; `undefined` when the person wants nothing at all. */
async function chooseExtent(): Promise<boolean | undefined> {
  const chosen = await window.showQuickPick(
    [
      { label: 'Check Everything', detail: 'Costs nothing.', chat: false },
      { label: 'Check Everything and Ask Claude for One Word', detail: 'Costs a few tokens.', chat: true },
    ],
    { title: `${PRODUCT}: Diagnose` },
  );
  return chosen?.chat;
}

/** What a client of the endpoint would see. Where nothing listens there is nothing to see. */
async function checkEndpoint(options: DiagnoseOptions, chat: boolean): Promise<Check[]> {
  const { host: asked, port } = options.configuration.current;
  const token = options.token.current;
  const host = reachableHost(asked);
  const [v4, v6] = await Promise.all([findPortOwner(host, port), findPortOwner('::1', port)]);
  const ports = checkPort(port, v4, v6);
  if (v4 !== 'ours') return ports;
  const ask = (path: string, more: Partial<ProbeOptions> = {}) => {
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { ...CLIENT, ...authorization, ...more.headers };
    return probe({ host, port, path, withinMs: QUICK_MS, ...more, headers });
  };
  const [foreignHost, foreignPage, version, tags] = await Promise.all([
    ask('/api/version', { headers: { host: 'claude.example' } }),
    ask('/api/version', { headers: { origin: 'https://claude.example' } }),
    ask('/api/version'),
    ask('/api/tags'),
  ]);
  const messages = [{ role: 'user', content: 'Answer with the one word "here".' }];
  const body = { model: 'claude-haiku', messages, stream: false };
  const answer = chat ? await ask('/api/chat', { body, withinMs: CHAT_MS }) : undefined;
  return [...ports, checkGuard(foreignHost, foreignPage), checkClientView(version, tags), checkChat(answer)];
}

async function addressesOf({ addresses, configuration }: DiagnoseOptions): Promise<Addresses> {
  const inside = urlOf(configuration.current);
  await addresses.outside(inside).catch(() => undefined); // then there is none, which is a finding
  return addresses.of(inside);
}

function changedSettings(): Findings['settings'] {
  const configuration = workspace.getConfiguration(SECTION);
  return Object.keys(configuration).flatMap((key) => {
    const inspected = configuration.inspect<unknown>(key);
    if (inspected === undefined) return [];
    const value = configuration.get<unknown>(key);
    const same = JSON.stringify(value) === JSON.stringify(inspected.defaultValue);
    return same ? [] : [[`${SECTION}.${key}`, value] as const];
  });
}

function latestErrors({ entries }: Pick<History, 'entries'>): LastError[] {
  return entries
    .flatMap(({ client, result }) =>
      result?.error === undefined || result.cancelled
        ? []
        : [{ client, message: result.error, at: result.endedAt }],
    )
    .slice(0, ERRORS);
}

async function look(options: DiagnoseOptions, chat: boolean): Promise<Findings> {
  const { controller, history } = options;
  const [cli, endpoint, addresses, models] = await Promise.all([
    controller.inspect().catch((error: unknown) => asChatError(error).message),
    checkEndpoint(options, chat),
    addressesOf(options),
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

async function diagnose(options: DiagnoseOptions): Promise<void> {
  const chat = await chooseExtent();
  if (chat === undefined) return;
  const progress = { location: ProgressLocation.Window, title: 'Diagnosing' };
  const findings = await window.withProgress(progress, () => look(options, chat));
  const content = reportOf(findings, { secrets: [options.token.current ?? ''], home: homedir() });
  await window.showTextDocument(await workspace.openTextDocument({ language: 'markdown', content }));
}

export const diagnoseCommands = (options: DiagnoseOptions): CommandTable<'runDiagnostics'> => ({
  runDiagnostics: () => diagnose(options),
});
