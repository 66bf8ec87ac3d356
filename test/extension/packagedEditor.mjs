// Opens VS Code with the packaged extension in a browser.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from '../../scripts/paths.mjs';
import { openBrowser } from './host/browser.mjs';
import { installExtension, startEditor } from './host/editor.mjs';
import { commandsOf, processesOf } from './host/processes.mjs';
import { createProfile } from './host/profile.mjs';
import { createWorkbench } from './host/workbench.mjs';

/** Id of the extension's status bar item. */
export const STATUS_ITEM = 'claude-ollama-server.claude-ollama-server.status';
/** The folder of screenshots that show the results of steps. */
export const SCREENSHOTS = inRoot('out/extension/screenshots');
/** Seconds that the editor waits for a page to reconnect. A busy machine drops connections. */
const RECONNECTION_GRACE_S = 15;
/** Readable when scaled down in the README. */
const VIEWPORT = { width: 1000, height: 620 };

/**
 * @param {object} options
 * @param {import('./host/install.mjs').Host} options.host
 * @param {string} options.vsix
 * @param {import('./model.ts').Model} options.model
 * @param {number} options.port of the endpoint
 * @param {boolean} [options.trust] whether the editor asks to trust the folder; if not, every folder is trusted
 * @param {Record<string, unknown>} [options.settings]
 * @param {string} [options.folder] to open; the default is a new empty folder
 * @param {(profile: import('./host/profile.mjs').Profile) => Promise<void>} [options.prepare] called before the editor starts
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
  const flags = [
    `--reconnection-grace-time=${RECONNECTION_GRACE_S}`,
    ...(trust ? [] : ['--disable-workspace-trust']),
  ];
  const editor = await startEditor({ host, profile, env: model.env, flags });
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: VIEWPORT });
  const workbench = createWorkbench(page, editor.url);
  await mkdir(SCREENSHOTS, { recursive: true });
  const base = `http://127.0.0.1:${port}`;
  return {
    port,
    base,
    page,
    home: model.env.HOME ?? '',
    /** The folder that contains all data of the editor. */
    root: profile.root,
    userData: profile.userData,
    /** XDG_CONFIG_HOME of the editor. */
    configHome: profile.env.XDG_CONFIG_HOME,
    workbench,
    /** Address of the editor's page. */
    url: editor.url,
    workspace: profile.workspace,
    statusItem: STATUS_ITEM,
    /** Opens a page for another window. */
    newPage: () => browser.newPage({ viewport: page.viewportSize() }),
    model,
    /** The folder that `open` opens. */
    folder: folder ?? profile.workspace,
    open: () => workbench.open(folder ?? profile.workspace),
    openWithoutFolder: () => workbench.open(undefined),
    /**
     * Waits for a status that is no longer changing: without the spinner of a start or of a check of the CLI.
     * @param {RegExp} pattern
     */
    untilStatus: async (pattern) => {
      await workbench.untilStatus(STATUS_ITEM, pattern);
      await workbench.statusItem(STATUS_ITEM).locator('.codicon-loading').waitFor({ state: 'detached' });
    },
    /** Process ids of the CLI processes that this editor has started. */
    processes: () => processesOf(model.cli, profile.root),
    /** Process ids of the commands that Claude runs in this editor. */
    commands: () => commandsOf(profile.root),
    /**
     * Sends a chat to a chat model.
     * @param {string} text tells the stand-in model how to answer, see model.ts
     * @param {string} [client] User-Agent
     */
    chat: (text, client = 'sample-client/1.0') =>
      fetch(`${base}/api/chat`, {
        method: 'POST',
        headers: { 'User-Agent': client },
        body: JSON.stringify({ model: 'claude-sonnet', messages: [{ role: 'user', content: text }] }),
      }),
    /**
     * Sends a chat to a workspace model, which then makes these tool calls.
     * @param {{ name: string, input: Record<string, unknown> }[]} calls
     * @param {AbortSignal} [signal]
     */
    workspaceChat: (calls, signal) =>
      fetch(`${base}/api/chat`, {
        method: 'POST',
        headers: { 'User-Agent': 'sample-client/1.0' },
        body: JSON.stringify({
          model: 'claude-sonnet:workspace',
          messages: [{ role: 'user', content: `do: ${JSON.stringify(calls)}` }],
        }),
        ...(signal === undefined ? {} : { signal }),
      }),
    /** Whether the endpoint answers without a token. */
    isOpen: () =>
      fetch(`${base}/api/version`).then(
        (response) => response.ok,
        () => false,
      ),
    /** The text of the extension's output channel, from its log files. */
    async output() {
      const names = await readdir(profile.userData, { recursive: true });
      const logs = names.filter((name) => name.endsWith('Ollama Server for Claude.log'));
      return (await Promise.all(logs.map((name) => readFile(join(profile.userData, name), 'utf8')))).join('');
    },
    /** @param {string} name of the file, without .png */
    screenshot: (name, of = page) => of.screenshot({ path: join(SCREENSHOTS, `${name}.png`) }),
    /** Takes a screenshot, and returns its path and the end of the editor's log. */
    async failureDetails() {
      await page.screenshot({ path: join(SCREENSHOTS, 'failure.png') });
      const log = await readFile(editor.logFile, 'utf8');
      return `screenshot: ${join(SCREENSHOTS, 'failure.png')}\n${log.split('\n').slice(-15).join('\n')}`;
    },
    async close() {
      await browser.close();
      await editor.stop();
      await profile.dispose();
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openPackaged>>} PackagedEditor */

/**
 * The text of a streamed `/api/chat` response.
 * @param {Response} response
 */
export async function answerOf(response) {
  const lines = (await response.text()).trim().split('\n');
  return lines.map((line) => JSON.parse(line).message.content).join('');
}
