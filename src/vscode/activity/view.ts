/** The Activity view: the requests of this window in a VS Code tree view. */
import {
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { ACTIVITY_VIEW } from '../platform/names.js';
import type { History, HistoryEntry } from './history.js';
import { detailsOf, rowOf, type Detail } from './rows.js';
import { throttled } from '../platform/throttle.js';

/** A request, or a line of details below it. */
type Node = HistoryEntry | (Detail & { readonly entryKey: number; readonly index: number });

const isEntry = (node: Node): node is HistoryEntry => 'phase' in node;
const isActive = ({ result }: HistoryEntry): boolean => result === undefined;

/** The shortest time between two changes of the tree, in milliseconds, so that rows stay readable. */
const REFRESH_MS = 250;
/** The interval at which the elapsed times of active requests are updated, in milliseconds. */
const TICK_MS = 1_000;

function itemOf(node: Node): TreeItem {
  if (!isEntry(node)) {
    const item = new TreeItem(node.name);
    item.id = `${node.entryKey} ${node.index} ${node.name}`;
    item.description = node.value;
    item.tooltip = node.value;
    item.accessibilityInformation = { label: `${node.name}: ${node.value}` };
    return item;
  }
  const row = rowOf(node, Date.now());
  const item = new TreeItem(row.label, TreeItemCollapsibleState.Collapsed);
  item.id = String(node.key);
  item.description = row.description;
  item.tooltip = `${row.label}\n${row.description}`;
  item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.ariaLabel };
  return item;
}

/** Shows the view and keeps it up to date until it is disposed. */
export function createActivityView(history: History): Disposable {
  const changed = new EventEmitter<void>();
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: itemOf,
    getChildren(node) {
      if (node === undefined) return [...history.entries];
      return isEntry(node)
        ? detailsOf(node).map((detail, index) => ({ ...detail, entryKey: node.key, index }))
        : [];
    },
  };
  const view = window.createTreeView(ACTIVITY_VIEW, { treeDataProvider: provider });
  let endProgress: (() => void) | undefined;

  /** Shows the view's progress bar while a request has no output yet. */
  function updateProgress(waiting: boolean): void {
    if (waiting === (endProgress !== undefined)) return;
    endProgress?.();
    endProgress = undefined;
    if (!waiting) return;
    const options = { location: { viewId: ACTIVITY_VIEW } };
    // Not awaited: it ends with `endProgress`, and never rejects.
    void window.withProgress(options, () => new Promise<void>((resolve) => (endProgress = resolve)));
  }

  const refresh = throttled(REFRESH_MS, () => {
    const active = history.entries.filter(isActive);
    const tooltip = `${active.length} active request${active.length === 1 ? '' : 's'}`;
    view.badge = active.length === 0 ? undefined : { value: active.length, tooltip };
    updateProgress(active.some(({ phase }) => phase === 'waiting' || phase === 'sent'));
    changed.fire();
  });
  const unsubscribe = history.subscribe(refresh);
  const ticker = setInterval(() => {
    if (view.visible && history.entries.some(isActive)) refresh();
  }, TICK_MS);
  ticker.unref();
  return {
    dispose() {
      clearInterval(ticker);
      unsubscribe();
      refresh.cancel();
      endProgress?.();
      view.dispose();
      changed.dispose();
    },
  };
}
