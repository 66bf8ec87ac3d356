/** The commands whose code is loaded when one of them is first used, and the documents that belong to them. */
import { Disposable, EventEmitter, languages, workspace, type Event, type Uri } from 'vscode';
import type { Connect, ConnectOptions } from './connect/connect.js';
import type { DiagnoseOptions } from './diagnose/command.js';
import { CHANGE_SCHEME, GUIDE_SCHEME, type COMMANDS } from './platform/names.js';
import type { Setup, SetupOptions } from './setup/setup.js';

export interface LazyCommandOptions extends ConnectOptions, Omit<SetupOptions, 'endpoint' | 'since'> {
  /** Fire when what the guides say may no longer be right. */
  readonly changes: readonly Event<void>[];
  readonly diagnosis: DiagnoseOptions;
}

export interface LazyCommands {
  readonly table: Readonly<
    Record<
      keyof typeof COMMANDS &
        (keyof Setup | 'runDiagnostics' | 'connectClient' | 'copySnippet' | 'addSnippet' | 'applyChange'),
      (...args: unknown[]) => Promise<void>
    >
  >;
  readonly dispose: () => void;
}

/** A value that is made when it is first needed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

export function lazyCommands(options: LazyCommandOptions): LazyCommands {
  const since = performance.now();
  const connect = once(async (): Promise<Connect> =>
    (await import('./lazyBundle.js')).createConnect(options),
  );
  const setup = once(async (): Promise<Setup> =>
    (await import('./lazyBundle.js')).createSetup({ ...options, since }),
  );

  const changed = new EventEmitter<Uri>();
  const renew = (): void => {
    for (const { uri } of workspace.textDocuments) if (uri.scheme === GUIDE_SCHEME) changed.fire(uri);
  };
  const providers = Disposable.from(
    changed,
    ...options.changes.map((event) => event(renew)),
    workspace.registerTextDocumentContentProvider(GUIDE_SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri) => (await connect()).textOf(uri),
    }),
    workspace.registerTextDocumentContentProvider(CHANGE_SCHEME, {
      provideTextDocumentContent: async (uri) => (await connect()).changedText(uri),
    }),
    languages.registerCodeLensProvider(
      { scheme: GUIDE_SCHEME },
      { provideCodeLenses: async (document) => (await connect()).lensesOf(document) },
    ),
  );
  return {
    table: {
      runDiagnostics: async () => (await import('./lazyBundle.js')).diagnose(options.diagnosis),
      openWalkthrough: async () => (await setup()).openWalkthrough(),
      installCli: async () => (await setup()).installCli(),
      updateCli: async () => (await setup()).updateCli(),
      signIn: async () => (await setup()).signIn(),
      sayHello: async () => (await setup()).sayHello(),
      connectClient: async () => (await connect()).pick(),
      copySnippet: async (id, index) => (await connect()).copy(id, index),
      addSnippet: async (id) => (await connect()).add(id),
      applyChange: async (uri) => (await connect()).write(uri),
    },
    dispose: () => void providers.dispose(),
  };
}
