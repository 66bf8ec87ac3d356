/** Texts and comparisons that a question shows in an editor, and that go when the question does. */
import {
  commands,
  EventEmitter,
  TabInputText,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  type Disposable,
  type Tab,
} from 'vscode';
import type { Preview } from './permissionText.js';

const SCHEME = 'claude-ollama';

export interface PreviewEditors extends Disposable {
  /** Shows it until the signal, without taking the focus; in the same editor when it was shown before. */
  show(exhibit: Preview, over: AbortSignal): Promise<void>;
}

/** The document of ours that a tab shows. */
function shownIn({ input }: Tab): Uri | undefined {
  const uri =
    input instanceof TabInputTextDiff
      ? input.modified
      : input instanceof TabInputText
        ? input.uri
        : undefined;
  return uri?.scheme === SCHEME ? uri : undefined;
}

async function closeTabs(fits: (uri: Uri) => boolean): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => {
      const uri = shownIn(tab);
      return uri !== undefined && fits(uri);
    });
  // One that the person closes at the same moment is as good as closed.
  await window.tabGroups.close(tabs, true).then(undefined, () => undefined);
}

export function createPreviewEditors(): PreviewEditors {
  const texts = new Map<string, string>();
  const changed = new EventEmitter<Uri>();
  const shown = new WeakMap<AbortSignal, number>();
  let made = 0;
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()),
  });
  // What the window had open when it was reloaded. Nothing depends on that.
  void closeTabs(() => true);

  function write(uri: Uri, text: string): void {
    texts.set(uri.toString(), text);
    changed.fire(uri);
  }

  /** A number for the texts of that question. */
  function numberOf(over: AbortSignal): number {
    const known = shown.get(over);
    if (known !== undefined) return known;
    made += 1;
    shown.set(over, made);
    return made;
  }

  return {
    async show(exhibit, over) {
      const number = numberOf(over);
      const uriOf = (side: string): Uri =>
        Uri.from({ scheme: SCHEME, path: exhibit.path, query: `${number}.${side}` });
      const before = uriOf('before');
      const after = uriOf('after');
      const close = async (): Promise<void> => {
        await closeTabs((uri) => uri.toString() === after.toString());
        for (const uri of [before, after]) texts.delete(uri.toString());
      };
      over.addEventListener('abort', () => void close(), { once: true });
      const inBackground = { preserveFocus: true, preview: false };
      if ('text' in exhibit) {
        write(after, exhibit.text);
        await window.showTextDocument(after, inBackground);
      } else {
        write(before, exhibit.before);
        write(after, exhibit.after);
        await commands.executeCommand('vscode.diff', before, after, exhibit.title, inBackground);
      }
      if (over.aborted) await close();
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
