/** How long the editor waits for the extension to load and activate, and the sizes of the programs. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface StartUp {
  readonly extensionKb: number;
  readonly headlessKb: number;
  /** Milliseconds of each run: loading the bundle, and the synchronous part of `activate`. */
  readonly loadMs: readonly number[];
  readonly activateMs: readonly number[];
  /** Why there are no times: the extension uses an API that the simulated editor lacks. */
  readonly failure?: string;
}

interface Manifest {
  readonly contributes: {
    readonly configuration: readonly {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    }[];
  };
}

/**
 * Runs in a new Node process: simulates an editor that has every function, with the manifest's defaults as settings.
 * Node's own modules are loaded before the measurement, as they are in an extension host.
 */
const LOADER = String.raw`
const [bundle, storage, defaults] = process.argv.slice(1);
const settings = { ...JSON.parse(defaults), autoStart: false };
const anything = () => new Proxy(function () {}, {
  get: (_, key) => (key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : anything()),
  apply: () => anything(),
  construct: () => anything(),
  set: () => true,
});
const workspace = {
  getConfiguration: () => ({ get: (key) => settings[key], inspect: (key) => ({ defaultValue: settings[key] }) }),
  workspaceFolders: [],
  isTrusted: true,
};
const open = (known) => new Proxy(known, { get: (known, key) => (key in known ? known[key] : anything()) });
const editor = open({ workspace: open(workspace), window: open({ activeTextEditor: undefined }) });
const Module = require('node:module');
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? editor : load(name, ...rest));
const context = open({
  subscriptions: [],
  globalStorageUri: { fsPath: storage },
  secrets: open({ get: () => Promise.resolve(undefined) }),
});
for (const name of ['assert', 'buffer', 'child_process', 'crypto', 'events', 'fs', 'fs/promises', 'http', 'net', 'os',
  'path', 'stream', 'timers/promises', 'util', 'zlib']) require('node:' + name);
const before = performance.now();
const extension = require(bundle);
const loaded = performance.now();
extension.activate(context);
const active = performance.now();
process.stdout.write(JSON.stringify({ load: loaded - before, activate: active - loaded }), () => process.exit());
`;

/**
 * Loads and activates the extension `runs` times, each in a new process.
 * @param bundles the folder of the built programs
 * @param manifest the path of package.json
 */
export async function measureStartUp(bundles: string, manifest: string, runs: number): Promise<StartUp> {
  const { contributes } = JSON.parse(await readFile(manifest, 'utf8')) as Manifest;
  const defaults = contributes.configuration
    .flatMap(({ properties }) => Object.entries(properties))
    .map(([key, setting]) => [key.slice(key.indexOf('.') + 1), setting.default] as const);
  const storage = await mkdtemp(join(tmpdir(), 'claude-bench-'));
  const extension = join(bundles, 'extension.cjs');
  const args = ['-e', LOADER, extension, storage, JSON.stringify(Object.fromEntries(defaults))];
  const loadMs: number[] = [];
  const activateMs: number[] = [];
  let failure: string | undefined;
  try {
    for (let run = 0; run < runs; run++) {
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const times = JSON.parse(stdout) as { load: number; activate: number };
      loadMs.push(times.load);
      activateMs.push(times.activate);
    }
  } catch (error) {
    failure = /^\w*Error: .*$/m.exec((error as { stderr?: string }).stderr ?? '')?.[0] ?? 'it crashed';
  } finally {
    await rm(storage, { recursive: true });
  }
  return {
    extensionKb: (await stat(extension)).size / 1000,
    headlessKb: (await stat(join(bundles, 'headless.cjs'))).size / 1000,
    loadMs,
    activateMs,
    ...(failure === undefined ? {} : { failure }),
  };
}
