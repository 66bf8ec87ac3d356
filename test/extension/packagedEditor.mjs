// A VS Code that has the packaged extension, open in a browser.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { openBrowser } from './host/browser.mjs';
import { installExtension, startEditor } from './host/editor.mjs';
import { commandsOf, processesOf } from './host/processes.mjs';
import { createProfile } from './host/profile.mjs';
import { createWorkbench } from './host/workbench.mjs';

/** The status bar item. */
export const ITEM = 'claude-ollama-server.claude-ollama-server.status';
const SHOTS = inRoot('out/extension/screenshots');
/** How long an editor waits for a page that has gone without a word, as it does on a busy machine. Seconds. */
const GRACE_S = 15;
/** Small enough for a README, large enough to read. */
const VIEWPORT = { width: 1000, height: 620 };

/**
 * @param {object} options
 * @param {import('./host/install.mjs').Host} options.host
 * @param {string} options.vsix
 * @param {import('./model.ts').Model} options.model
 * @param {number} options.port that the endpoint shall have
 * @param {boolean} [options.trust] whether the editor asks for trust
 * @param {Record<string, unknown>} [options.settings]
 * @param {string} [options.folder] to open instead of an empty one
 * @param {(profile: import('./host/profile.mjs').Profile) => Promise<void>} [options.prepare] before the editor starts
 */
export async function openPackaged({
  host,
  vsix,
  model,
  port,
  trust = false,
  settings = {},
  folder,
  prepare,
}) {
  const profile = await createProfile({
    'claudeOllama.port': port,
    'claudeOllama.claudePath': model.cli,
    ...(trust ? { 'security.workspace.trust.startupPrompt': 'always' } : {}),
    ...settings,
  });
  await prepare?.(profile);
  await installExtension(host, profile, vsix);
  const flags = [`--reconnection-grace-time=${GRACE_S}`, ...(trust ? [] : ['--disable-workspace-trust'])];
  const editor = await startEditor({ host, profile, env: model.env, flags });
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: VIEWPORT });
  const workbench = createWorkbench(page, editor.url);
  await mkdir(SHOTS, { recursive: true });
  const base = `http://127.0.0.1:${port}`;
  return {
    port,
    base,
    page,
    home: model.env.HOME,
    /** All of the editor's own folders are in it. */
    root: profile.root,
    userData: profile.userData,
    /** The folder for configuration, as the environment names it. */
    config: profile.env.XDG_CONFIG_HOME,
    workbench,
    /** Of the editor. */
    url: editor.url,
    workspace: profile.workspace,
    item: ITEM,
    /** A second window. */
    newPage: () => browser.newPage({ viewport: page.viewportSize() }),
    model,
    /** The one that is opened. */
    folder: folder ?? profile.workspace,
    open: () => workbench.open(folder ?? profile.workspace),
    openWithoutFolder: () => workbench.open(undefined),
    untilStatus: (pattern) => workbench.untilStatus(ITEM, pattern),
    /** Ids of the CLI's processes that this editor has started. */
    processes: () => processesOf(model.cli, profile.root),
    /** The same of the commands that Claude runs. */
    commands: () => commandsOf(profile.root),
    /** @param {string} text see the model */
    chat: (text, client = 'sample-client/1.0') =>
      fetch(`${base}/api/chat`, {
        method: 'POST',
        headers: { 'User-Agent': client },
        body: JSON.stringify({ model: 'claude-sonnet', messages: [{ role: 'user', content: text }] }),
      }),
    /**
     * Lets Claude work in the folder.
     * @param {{ name: string, input: Record<string, unknown> }[]} calls see the model
     * @param {AbortSignal} [signal]
     */
    work: (calls, signal) =>
      fetch(`${base}/api/chat`, {
        method: 'POST',
        headers: { 'User-Agent': 'sample-client/1.0' },
        body: JSON.stringify({
          model: 'claude-sonnet:workspace',
          messages: [{ role: 'user', content: `do: ${JSON.stringify(calls)}` }],
        }),
        ...(signal === undefined ? {} : { signal }),
      }),
    isOpen: () =>
      fetch(`${base}/api/version`).then(
        (response) => response.ok,
        () => false,
      ),
    /** All that is in the output channel. */
    async output() {
      const names = await readdir(profile.userData, { recursive: true });
      const logs = names.filter((name) => name.endsWith('Ollama Server for Claude.log'));
      return (await Promise.all(logs.map((name) => readFile(join(profile.userData, name), 'utf8')))).join('');
    },
    /** @param {string} name without its ending */
    shot: (name, of = page) => of.screenshot({ path: join(SHOTS, `${name}.png`) }),
    async explain() {
      await page.screenshot({ path: join(SHOTS, 'failure.png') });
      const log = await readFile(editor.logFile, 'utf8');
      return `screenshot: ${join(SHOTS, 'failure.png')}\n${log.split('\n').slice(-15).join('\n')}`;
    },
    async close() {
      await browser.close();
      await editor.stop();
      await profile.dispose();
    },
  };
}

/** The text of a streamed answer. */
export async function answerOf(response) {
  const lines = (await response.text()).trim().split('\n');
  return lines.map((line) => JSON.parse(line).message.content).join('');
}
