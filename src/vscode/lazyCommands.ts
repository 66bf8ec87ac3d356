/** The commands whose code is loaded on first use, and the virtual documents that belong to them. */
import { Disposable, EventEmitter, languages, workspace, type Uri } from 'vscode';
import type { History } from './activity/history.js';
import { urlOf } from './lifecycle/desiredConfig.js';
import type { Controller } from './lifecycle/controller.js';
import { isProvenServer } from './lifecycle/provenServer.js';
import type { Windows } from './lifecycle/windows.js';
import type { Configuration } from './platform/configuration.js';
import {
  CHANGE_SCHEME,
  GUIDE_SCHEME,
  REPORT_SCHEME,
  type CommandName,
  type CommandTable,
} from './platform/names.js';
import type { Token } from './platform/token.js';
import type { AddressBook } from './ui/address.js';

export interface LazyCommandOptions {
  readonly controller: Controller;
  readonly configuration: Configuration;
  readonly token: Token;
  readonly history: History;
  readonly addresses: AddressBook;
  readonly windows: Windows;
  /** The extension's full id. */
  readonly extensionId: string;
}

type LazyCommandName =
  | 'runDiagnostics'
  | 'openWalkthrough'
  | 'installCli'
  | 'updateCli'
  | 'chooseProgram'
  | 'signIn'
  | 'signOut'
  | 'switchAccount'
  | 'sayHello'
  | 'connectClient'
  | 'copySnippet'
  | 'runSnippet'
  | 'addSnippet'
  | 'applyChange';

const SETUP_COMMANDS = [
  'openWalkthrough',
  'installCli',
  'updateCli',
  'chooseProgram',
  'signIn',
  'signOut',
  'switchAccount',
  'sayHello',
] as const;

export interface LazyCommands {
  readonly commands: CommandTable<LazyCommandName>;
  readonly dispose: () => void;
}

const loadBundle = () => import('./lazyBundle.js');

/** Calls `create` on the first use, and returns the same promise from then on. */
function once<T>(create: () => Promise<T>): () => Promise<T> {
  let created: Promise<T> | undefined;
  return () => (created ??= create());
}

/** The commands with these names, from a table that is loaded when one of them runs. */
function lazyTable<Name extends CommandName>(
  names: readonly Name[],
  load: () => Promise<CommandTable<Name>>,
): CommandTable<Name> {
  const entries = names.map((name) => [name, async (...args: never[]) => (await load())[name](...args)]);
  return Object.fromEntries(entries) as CommandTable<Name>;
}

export function lazyCommands(options: LazyCommandOptions): LazyCommands {
  const { controller, configuration, token, history, addresses, windows, extensionId } = options;
  const activatedAt = performance.now();
  const endpoint = () => {
    const { status } = controller;
    const served = 'url' in status;
    return {
      url: served ? status.url : urlOf(configuration.current),
      token: token.current,
      defaultModel: configuration.current.defaultModel,
      served,
    };
  };
  const isProven = (): Promise<boolean> => isProvenServer(controller.status, configuration.current, windows);
  const connect = once(async () =>
    (await loadBundle()).createConnect({
      endpoint,
      isProven,
      resolveExternalUrl: (url) => addresses.resolveExternalUrl(url),
    }),
  );
  const connectTable = async () => (await loadBundle()).connectCommands(await connect());
  const setupTable = once(async () =>
    (await loadBundle()).setupCommands({ controller, extensionId, endpoint, isProven, activatedAt }),
  );
  const diagnose = once(async () =>
    (await loadBundle()).createDiagnose({ controller, configuration, token, history, addresses, isProven }),
  );
  const diagnoseTable = async () => (await loadBundle()).diagnoseCommands(await diagnose());

  const guideChanged = new EventEmitter<Uri>();
  /** The open guides contain the address, the token and the models, so they are rendered anew when these change. */
  const refreshGuides = (): void => {
    for (const { uri } of workspace.textDocuments) if (uri.scheme === GUIDE_SCHEME) guideChanged.fire(uri);
  };
  const disposable = Disposable.from(
    guideChanged,
    token.onChange(refreshGuides),
    configuration.onChange(refreshGuides),
    workspace.registerTextDocumentContentProvider(GUIDE_SCHEME, {
      onDidChange: guideChanged.event,
      provideTextDocumentContent: async (uri) => (await connect()).textOf(uri),
    }),
    workspace.registerTextDocumentContentProvider(CHANGE_SCHEME, {
      provideTextDocumentContent: async (uri) => (await connect()).changedText(uri),
    }),
    workspace.registerTextDocumentContentProvider(REPORT_SCHEME, {
      provideTextDocumentContent: async (uri) => (await diagnose()).textOf(uri),
    }),
    languages.registerCodeLensProvider(
      { scheme: GUIDE_SCHEME },
      { provideCodeLenses: async (document) => (await connect()).lensesOf(document) },
    ),
  );
  return {
    commands: {
      ...lazyTable(['runDiagnostics'], diagnoseTable),
      ...lazyTable(SETUP_COMMANDS, setupTable),
      ...lazyTable(['connectClient', 'copySnippet', 'runSnippet', 'addSnippet', 'applyChange'], connectTable),
    },
    dispose: () => void disposable.dispose(),
  };
}
