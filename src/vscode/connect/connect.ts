/**
 * Connect a Client: a list of clients, and for each a document that tells how. A document, because it stays while the
 * person works in the other program, is read by screen readers, and can be copied from. The program loads this when it is
 * first asked for.
 */
import {
  CodeLens,
  env,
  Range,
  Selection,
  Uri,
  window,
  workspace,
  QuickPickItemKind,
  type TextDocument,
} from 'vscode';
import { COMMANDS, GUIDE_SCHEME, PRODUCT, type CommandTable } from '../platform/names.js';
import { CLIENTS, clientOf } from './clients.js';
import { createFileChanges } from './fileChanges.js';
import { guideOf, shownGuide, TOKEN_PLACEHOLDER, type Client, type Reach } from './guide.js';
import { firstSnippetLines, guideText, headingLines } from './guideText.js';
import { listedModels, offered } from './models.js';

export interface ConnectOptions {
  /** The endpoint as it is now. */
  readonly endpoint: () => {
    /** On this machine, without a final slash. */
    readonly url: string;
    readonly token: string | undefined;
    readonly defaultModel: string;
    /** Whether this window or another one serves. */
    readonly served: boolean;
  };
  /** The URL as programs on the person's own computer reach it. */
  readonly outside: (url: string) => Promise<string>;
}

export interface Connect {
  /** Lets the person choose a client and shows how it is connected. */
  pick(): Promise<void>;
  /** What stands in the document of that address. */
  textOf(uri: Uri): Promise<string>;
  lensesOf(document: TextDocument): Promise<CodeLens[]>;
  /** Copies a snippet, without arguments the first one of the document that is open. */
  copy(id?: unknown, index?: unknown): Promise<void>;
  /** Shows what a file of the person's will be like; without an argument for the document that is open. */
  add(id?: unknown): Promise<void>;
  /** Writes the change that is shown; without an argument the one that is open. */
  write(uri?: unknown): Promise<void>;
  /** The text of a file after, or before, a change that is shown. */
  changedText(uri: Uri): string;
}

const COPY = 'Copy the Lines';
const SAID_MS = 3_000;

export function createConnect({ endpoint, outside }: ConnectOptions): Connect {
  const changes = createFileChanges();
  let shown = 0;

  async function reach(): Promise<Reach> {
    const { url, token, defaultModel } = endpoint();
    const [far, listed] = await Promise.all([outside(url), listedModels(url, token)]);
    const models = offered(listed, defaultModel);
    return { near: url, far, models, token, platform: process.platform };
  }

  function notes({ near, far, token }: Reach): string[] {
    return [
      ...(endpoint().served ? [] : ['The server does not run. Start it with "Claude Ollama: Start".']),
      ...(token === undefined
        ? []
        : [`${TOKEN_PLACEHOLDER} stands for the token. "Copy" puts the token itself into the clipboard.`]),
      ...(near === far
        ? []
        : [`This window works on another machine. From your own computer the address is ${far}.`]),
    ];
  }

  /** The client that is meant: the one named, or the one whose document is open. */
  function meant(id: unknown): Client | undefined {
    if (typeof id === 'string') return clientOf(id);
    const uri = window.activeTextEditor?.document.uri;
    return uri?.scheme === GUIDE_SCHEME ? clientInUri(uri) : undefined;
  }

  async function copy(id: unknown, index?: unknown): Promise<void> {
    const client = meant(id);
    if (client === undefined) return;
    const { snippets } = guideOf(client, await reach());
    const snippet = snippets[typeof index === 'number' ? index : 0] ?? snippets[0];
    await env.clipboard.writeText(snippet.text);
    window.setStatusBarMessage(`$(check) Copied ${client.title}: ${snippet.label}`, SAID_MS);
  }

  async function show(client: Client): Promise<void> {
    shown += 1;
    const path = `/${client.id}/Connect ${client.title}.md`;
    // Another address each time: the editor keeps for a while what stood at one.
    const uri = Uri.from({ scheme: GUIDE_SCHEME, path, query: String(shown) });
    const document = await workspace.openTextDocument(uri);
    const editor = await window.showTextDocument(document, { preview: true });
    const { first, last } = firstSnippetLines(document.getText());
    // Selected, the copying of the keyboard takes it; with a token it is not what is to be copied.
    const end = endpoint().token === undefined ? document.lineAt(last).range.end : undefined;
    editor.selection = new Selection(first, 0, end?.line ?? first, end?.character ?? 0);
    editor.revealRange(new Range(0, 0, last, 0));
  }

  return {
    async pick() {
      const items = CLIENTS.flatMap((client, index) => {
        const item = { label: client.title, client };
        return CLIENTS[index - 1]?.group === client.group
          ? [item]
          : [{ label: client.group, kind: QuickPickItemKind.Separator, client }, item];
      });
      const chosen = await window.showQuickPick(items, {
        title: `${PRODUCT}: Connect a Client`,
        placeHolder: 'Which program shall talk to Claude?',
      });
      if (chosen !== undefined) await show(chosen.client);
    },

    async textOf(uri) {
      const client = clientInUri(uri);
      if (client === undefined) return '';
      const now = await reach();
      return guideText(client, shownGuide(client, now), notes(now));
    },

    async lensesOf(document) {
      const client = clientInUri(document.uri);
      if (client === undefined) return [];
      const { file, settings } = shownGuide(client, await reach());
      const lens = (line: number, title: string, command: string, ...args: unknown[]): CodeLens =>
        new CodeLens(new Range(line, 0, line, 0), { title, command, arguments: args });
      return [
        lens(0, '$(link-external) Documentation', 'vscode.open', Uri.parse(client.docs)),
        ...(settings === undefined
          ? []
          : [lens(0, '$(gear) Settings', 'workbench.action.openSettings', settings)]),
        ...headingLines(document.getText()).flatMap((line, index) => [
          lens(line, '$(copy) Copy', COMMANDS.copySnippet, client.id, index),
          ...(index === 0 && file !== undefined
            ? [lens(line, '$(diff) Add to My File…', COMMANDS.addSnippet, client.id)]
            : []),
        ]),
      ];
    },

    copy,

    async add(id) {
      const client = meant(id);
      if (client === undefined) return;
      const now = await reach();
      const { file, snippets } = guideOf(client, now);
      if (file === undefined) return;
      const [snippet] = snippets;
      try {
        await changes.propose({ file, snippet, title: client.title, secret: now.token !== undefined });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const message = `${PRODUCT}: ${snippet.label} cannot be changed: ${why}`;
        if ((await window.showErrorMessage(message, COPY)) === COPY) await copy(client.id);
      }
    },

    write: (uri) => changes.write(uri instanceof Uri ? uri : undefined),
    changedText: (uri) => changes.textOf(uri),
  };
}

export const connectCommands = (
  connect: Connect,
): CommandTable<'connectClient' | 'copySnippet' | 'addSnippet' | 'applyChange'> => ({
  connectClient: () => connect.pick(),
  copySnippet: (id?: unknown, index?: unknown) => connect.copy(id, index),
  addSnippet: (id?: unknown) => connect.add(id),
  applyChange: (uri?: unknown) => connect.write(uri),
});

function clientInUri(uri: Uri): Client | undefined {
  return clientOf(uri.path.split('/')[1] ?? '');
}
