/** Shows the previews of permission requests in editors, and closes them when the request is settled. */
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
  /**
   * Shows a preview without taking the focus. Shown again for the same request, it reuses the editor.
   * @param closed of the permission request: aborting it closes the editor
   */
  show(preview: Preview, closed: AbortSignal): Promise<void>;
}

/** The URI of the preview that a tab shows. `undefined` for other tabs. */
function previewIn({ input }: Tab): Uri | undefined {
  const uri =
    input instanceof TabInputTextDiff
      ? input.modified
      : input instanceof TabInputText
        ? input.uri
        : undefined;
  return uri?.scheme === SCHEME ? uri : undefined;
}

async function closeTabs(matches: (uri: Uri) => boolean): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => {
      const uri = previewIn(tab);
      return uri !== undefined && matches(uri);
    });
  // Rejects when the user closes a tab at the same time, which has the same result.
  await window.tabGroups.close(tabs, true).then(undefined, () => undefined);
}

export function createPreviewEditors(): PreviewEditors {
  const texts = new Map<string, string>();
  const changed = new EventEmitter<Uri>();
  const requestNumbers = new WeakMap<AbortSignal, number>();
  let requestCount = 0;
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()),
  });
  // Not awaited: removes the previews that a reload of the window has left behind.
  void closeTabs(() => true);

  function setText(uri: Uri, text: string): void {
    texts.set(uri.toString(), text);
    changed.fire(uri);
  }

  /** Identifies a permission request, so that showing it again reuses its URIs and therefore its editor. */
  function numberOf(closed: AbortSignal): number {
    const known = requestNumbers.get(closed);
    if (known !== undefined) return known;
    requestCount += 1;
    requestNumbers.set(closed, requestCount);
    return requestCount;
  }

  return {
    async show(preview, closed) {
      const number = numberOf(closed);
      const uriOf = (side: string): Uri =>
        Uri.from({ scheme: SCHEME, path: preview.path, query: `${number}.${side}` });
      const before = uriOf('before');
      const after = uriOf('after');
      const close = async (): Promise<void> => {
        await closeTabs((uri) => uri.toString() === after.toString());
        for (const uri of [before, after]) texts.delete(uri.toString());
      };
      closed.addEventListener('abort', () => void close(), { once: true });
      const inBackground = { preserveFocus: true, preview: false };
      if ('text' in preview) {
        setText(after, preview.text);
        await window.showTextDocument(after, inBackground);
      } else {
        setText(before, preview.before);
        setText(after, preview.after);
        await commands.executeCommand('vscode.diff', before, after, preview.title, inBackground);
      }
      if (closed.aborted) await close();
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
