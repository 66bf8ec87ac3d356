/** The Activity view: the requests of this window as a tree of the editor's own, with its keys and its voice. */
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
type Node = HistoryEntry | (Detail & { readonly of: number; readonly at: number });

const isEntry = (node: Node): node is HistoryEntry => 'phase' in node;

/** Least time between two changes of the tree, milliseconds: quick enough to follow, slow enough to read. */
const REFRESH_MS = 250;
/** How often running times are told anew, milliseconds. */
const TICK_MS = 1_000;

function itemOf(node: Node): TreeItem {
  if (!isEntry(node)) {
    const item = new TreeItem(node.name);
    item.id = `${node.of} ${node.at} ${node.name}`;
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
  item.contextValue = row.context;
  item.accessibilityInformation = { label: row.spoken };
  return item;
}

export function createActivityView(history: History): Disposable {
  const changed = new EventEmitter<void>();
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: itemOf,
    getChildren(node) {
      if (node === undefined) return [...history.entries];
      return isEntry(node) ? detailsOf(node).map((detail, at) => ({ ...detail, of: node.key, at })) : [];
    },
  };
  const view = window.createTreeView(ACTIVITY_VIEW, { treeDataProvider: provider });
  let quiet: (() => void) | undefined;

  /** The bar that moves, for as long as somebody waits for a first word. */
  function showProgress(waiting: boolean): void {
    if (waiting === (quiet !== undefined)) return;
    quiet?.();
    quiet = undefined;
    if (!waiting) return;
    const options = { location: { viewId: ACTIVITY_VIEW } };
    void window.withProgress(options, () => new Promise<void>((resolve) => (quiet = resolve))); // never rejects
  }

  const refresh = throttled(REFRESH_MS, () => {
    const live = history.entries.filter(({ result }) => result === undefined);
    const atWork = `${live.length} request${live.length === 1 ? '' : 's'} at work`;
    view.badge = live.length === 0 ? undefined : { value: live.length, tooltip: atWork };
    showProgress(live.some(({ phase }) => phase === 'waiting' || phase === 'sent'));
    changed.fire();
  });
  const unsubscribe = history.subscribe(refresh);
  const ticker = setInterval(() => {
    if (view.visible && history.entries.some(({ result }) => result === undefined)) refresh();
  }, TICK_MS);
  ticker.unref();
  return {
    dispose() {
      clearInterval(ticker);
      unsubscribe();
      refresh.cancel();
      quiet?.();
      view.dispose();
      changed.dispose();
    },
  };
}
