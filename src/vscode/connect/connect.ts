/**
 * The command Connect a Client: a list of clients, and for each a guide as a read-only Markdown document. A document stays
 * open while the user works in the other program, can be copied from, and is read by screen readers.
 */
import {
  CodeLens,
  env,
  extensions,
  Range,
  Selection,
  Uri,
  window,
  workspace,
  QuickPickItemKind,
  type TextDocument,
} from 'vscode';
import { COMMANDS, GUIDE_SCHEME, PRODUCT, type CommandTable } from '../platform/names.js';
import { showCopied, showFileChangeFailure } from '../notifications/notifications.js';
import { CLIENTS, findClient } from './clients.js';
import { createFileChanges } from './fileChanges.js';
import { guideOf, guideWithoutToken, type Client, type EndpointInfo, type Snippet } from './guide.js';
import { installedClients, isOnPath } from './installed.js';
import { pickItems } from './pickItems.js';
import { guideNotes } from './guideNotes.js';
import { firstSnippetLines, guideMarkdown, snippetHeadingLines } from './guideMarkdown.js';
import { fetchModelNames, modelsForGuides } from './modelNames.js';
import { t } from '../platform/localize.js';

export interface ConnectOptions {
  /** The endpoint at the time of the call. */
  readonly endpoint: () => {
    /** On this machine, without a final slash. */
    readonly url: string;
    readonly token: string | undefined;
    /** The user's setting; may be empty. */
    readonly defaultModel: string;
    /** Whether this or another window is serving the URL. */
    readonly served: boolean;
  };
  /** Whether the server at the URL may get the token; see `isProvenServer`. */
  readonly isProven: () => Promise<boolean>;
  /** Resolves the URL for the user's own machine. */
  readonly resolveExternalUrl: (url: string) => Promise<string | undefined>;
}

export interface Connect {
  /** Asks for a client and opens its guide. */
  pick(): Promise<void>;
  /** The text of a guide. */
  textOf(uri: Uri): Promise<string>;
  lensesOf(document: TextDocument): Promise<CodeLens[]>;
  /** Copies a snippet of a client. Defaults: the client of the open guide, its first snippet. */
  copy(clientId?: unknown, index?: unknown): Promise<void>;
  /** Runs a snippet that is a command line in a new terminal. Defaults as for `copy`. */
  run(clientId?: unknown, index?: unknown): Promise<void>;
  /** Proposes to add the first snippet to the client's file. Default: the client of the open guide. */
  add(clientId?: unknown): Promise<void>;
  /** Writes a proposed change. Default: the change in the active editor. */
  write(uri?: unknown): Promise<void>;
  /** The text of a virtual document of a diff. */
  changedText(uri: Uri): string;
}

export function createConnect({ endpoint, isProven, resolveExternalUrl }: ConnectOptions): Connect {
  const changes = createFileChanges();
  let guidesShown = 0;

  async function endpointInfo(): Promise<EndpointInfo & { readonly isLocalOnly: boolean }> {
    const { url, token, defaultModel } = endpoint();
    const fetchNames = async (): Promise<string[]> => ((await isProven()) ? fetchModelNames(url, token) : []);
    const [externalUrl, names] = await Promise.all([resolveExternalUrl(url), fetchNames()]);
    return {
      localUrl: url,
      externalUrl: externalUrl ?? url,
      isLocalOnly: externalUrl === undefined,
      models: modelsForGuides(names, defaultModel),
      token,
      platform: process.platform,
    };
  }

  /** With the real token. */
  async function snippetOf(client: Client, index: unknown): Promise<Snippet> {
    const { snippets } = guideOf(client, await endpointInfo());
    return snippets[typeof index === 'number' ? index : 0] ?? snippets[0];
  }

  async function copy(clientId: unknown, index?: unknown): Promise<void> {
    const client = clientFor(clientId);
    if (client === undefined) return;
    const snippet = await snippetOf(client, index);
    await env.clipboard.writeText(snippet.text);
    showCopied(t('Copied {0} for {1}', snippet.label, client.title));
  }

  async function showGuide(client: Client): Promise<void> {
    guidesShown += 1;
    const path = `/${client.id}/Connect ${client.title}.md`;
    // The query makes each URI unique: VS Code caches the text of a virtual document for a while.
    const uri = Uri.from({ scheme: GUIDE_SCHEME, path, query: String(guidesShown) });
    const document = await workspace.openTextDocument(uri);
    const editor = await window.showTextDocument(document, { preview: true });
    const { first, last } = firstSnippetLines(document.getText());
    // Selects the first snippet, so that the keyboard's copy takes it. With a token it contains a placeholder, so that it
    // must not be copied.
    const end = endpoint().token === undefined ? document.lineAt(last).range.end : undefined;
    editor.selection = new Selection(first, 0, end?.line ?? first, end?.character ?? 0);
    editor.revealRange(new Range(0, 0, last, 0));
  }

  return {
    async pick() {
      const installed = await installedClients(CLIENTS, {
        hasExtension: (id) => extensions.all.some((extension) => extension.id.toLowerCase() === id),
        hasProgram: (name) => isOnPath(name, process.env, process.platform),
      });
      const items = pickItems(CLIENTS, installed).map((item) =>
        'client' in item ? item : { ...item, kind: QuickPickItemKind.Separator },
      );
      const chosen = await window.showQuickPick(items, {
        title: t('{0}: Connect a Client', PRODUCT),
        placeHolder: t('Which client do you want to connect?'),
      });
      if (chosen !== undefined && 'client' in chosen) await showGuide(chosen.client);
    },

    async textOf(uri) {
      const client = clientOfGuide(uri);
      if (client === undefined) return '';
      const info = await endpointInfo();
      return guideMarkdown(
        client,
        guideWithoutToken(client, info),
        guideNotes({ ...info, served: endpoint().served }),
      );
    },

    async lensesOf(document) {
      const client = clientOfGuide(document.uri);
      if (client === undefined) return [];
      const info = await endpointInfo();
      const { file, settingsQuery, snippets } = guideWithoutToken(client, info);
      const runsHere = client.runsOnUserMachine !== true || env.remoteName === undefined;
      const lenses = [
        lens(0, `$(open-preview) ${t('Preview')}`, 'markdown.showPreview', document.uri),
        lens(0, `$(link-external) ${t('Documentation')}`, 'vscode.open', Uri.parse(client.docs)),
      ];
      if (settingsQuery !== undefined) {
        lenses.push(lens(0, `$(gear) ${t('Settings')}`, 'workbench.action.openSettings', settingsQuery));
      }
      for (const [index, line] of snippetHeadingLines(document.getText()).entries()) {
        lenses.push(lens(line, `$(copy) ${t('Copy')}`, COMMANDS.copySnippet, client.id, index));
        if (runsHere && isCommandLine(snippets[index])) {
          lenses.push(
            lens(line, `$(terminal) ${t('Run in Terminal')}`, COMMANDS.runSnippet, client.id, index),
          );
        }
        if (index === 0 && file !== undefined) {
          lenses.push(
            lens(line, `$(diff) ${t('Add to Configuration File…')}`, COMMANDS.addSnippet, client.id),
          );
        }
      }
      return lenses;
    },

    copy,

    async run(clientId, index) {
      const client = clientFor(clientId);
      if (client === undefined) return;
      const snippet = await snippetOf(client, index);
      if (!isCommandLine(snippet)) return;
      const terminal = window.createTerminal({
        name: client.title,
        ...(snippet.language === 'powershell' ? { shellPath: 'powershell.exe' } : {}),
      });
      terminal.show();
      terminal.sendText(snippet.text);
    },

    async add(clientId) {
      const client = clientFor(clientId);
      if (client === undefined) return;
      const info = await endpointInfo();
      const { file, snippets } = guideOf(client, info);
      if (file === undefined) return;
      const [snippet] = snippets;
      const containsToken = info.token !== undefined;
      try {
        await changes.propose({ file, snippet, clientTitle: client.title, containsToken });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (await showFileChangeFailure(snippet.label, reason)) await copy(client.id);
      }
    },

    write: (uri) => changes.apply(uri instanceof Uri ? uri : undefined),
    changedText: (uri) => changes.textOf(uri),
  };
}

export const connectCommands = (
  connect: Connect,
): CommandTable<'connectClient' | 'copySnippet' | 'runSnippet' | 'addSnippet' | 'applyChange'> => ({
  connectClient: () => connect.pick(),
  copySnippet: (clientId?: unknown, index?: unknown) => connect.copy(clientId, index),
  runSnippet: (clientId?: unknown, index?: unknown) => connect.run(clientId, index),
  addSnippet: (clientId?: unknown) => connect.add(clientId),
  applyChange: (uri?: unknown) => connect.write(uri),
});

/** Whether a snippet is for a terminal, and not for a file or a field. */
const isCommandLine = (snippet: Snippet | undefined): boolean =>
  snippet !== undefined && ['sh', 'powershell'].includes(snippet.language);

const lens = (line: number, title: string, command: string, ...args: unknown[]): CodeLens =>
  new CodeLens(new Range(line, 0, line, 0), { title, command, arguments: args });

function clientOfGuide(uri: Uri): Client | undefined {
  return findClient(uri.path.split('/')[1] ?? '');
}

/** The client with this id; without an id, the client of the guide in the active editor. */
function clientFor(id: unknown): Client | undefined {
  if (typeof id === 'string') return findClient(id);
  const uri = window.activeTextEditor?.document.uri;
  return uri?.scheme === GUIDE_SCHEME ? clientOfGuide(uri) : undefined;
}
