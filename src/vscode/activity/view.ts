/** The Activity view: the requests of this window in a VS Code tree view. */
import {
  commands,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type Event,
  type TreeDataProvider,
} from 'vscode';
import { ACTIVITY_VIEW } from '../platform/names.js';
import type { History, HistoryEntry } from './history.js';
import type { PermissionRequest } from '../../core/permission.js';
import type { ActivityFilter } from './filter.js';
import { detailsOf, questionOf, rowOf, type Detail, type Question } from './rows.js';
import { throttled } from '../platform/throttle.js';
import { t } from '../platform/localize.js';

/** A request, or a line of details below it. */
type DetailNode = Detail & { readonly entryKey: number; readonly index: number };
type Node = HistoryEntry | DetailNode;

const isEntry = (node: Node): node is HistoryEntry => 'phase' in node;
const isActive = ({ result }: HistoryEntry): boolean => result === undefined;

/** The shortest time between two changes of the tree, in milliseconds, so that rows stay readable. */
const REFRESH_MS = 250;
/** The interval at which the elapsed times of active requests are updated, in milliseconds. */
const TICK_MS = 1_000;

function detailItem({ entryKey, index, name, value }: DetailNode): TreeItem {
  const item = new TreeItem(name);
  item.id = `${entryKey} ${index} ${name}`;
  item.description = value;
  item.tooltip = value;
  item.accessibilityInformation = { label: `${name}: ${value}` };
  return item;
}

function entryItem(entry: HistoryEntry, question: Question | undefined): TreeItem {
  const row = rowOf(entry, Date.now(), question);
  const item = new TreeItem(row.label, TreeItemCollapsibleState.Collapsed);
  item.id = String(entry.key);
  item.description = row.description;
  item.tooltip = `${row.label}\n${row.description}`;
  item.iconPath = new ThemeIcon(row.icon, row.color === undefined ? undefined : new ThemeColor(row.color));
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.ariaLabel };
  return item;
}

/** The permission requests that wait for the user's answer, the one that is shown first. */
export interface PendingPermissions {
  readonly permissionRequests: readonly PermissionRequest[];
  readonly onChange: Event<void>;
}

export interface ActivityView extends Disposable {
  /** The request whose row, or a detail of it, has the keyboard focus. Only while the view has it. */
  focusedEntry(): Promise<HistoryEntry | undefined>;
  /** Shows the requests that match, and names the filter above them. Without one, shows all. */
  filter(filter: ActivityFilter | undefined): void;
}

/** Shows the view and keeps it up to date until it is disposed. */
export function createActivityView(history: History, lane: PendingPermissions): ActivityView {
  const changed = new EventEmitter<void>();
  let shown: ActivityFilter | undefined;
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) =>
      isEntry(node) ? entryItem(node, questionOf(node, lane.permissionRequests)) : detailItem(node),
    getChildren(node) {
      if (node === undefined) return history.entries.filter((entry) => shown?.matches(entry) ?? true);
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
    const tooltip = active.length === 1 ? t('1 active request') : t('{0} active requests', active.length);
    view.badge = active.length === 0 ? undefined : { value: active.length, tooltip };
    updateProgress(active.some(({ phase }) => phase === 'waiting' || phase === 'sent'));
    changed.fire();
  });
  const unsubscribe = history.subscribe(refresh);
  const permissionSubscription = lane.onChange(refresh);
  const ticker = setInterval(() => {
    if (view.visible && history.entries.some(isActive)) refresh();
  }, TICK_MS);
  ticker.unref();
  return {
    async focusedEntry() {
      const before = view.selection;
      // VS Code tells extensions what is selected, and not what has the focus: this changes just whether that is selected.
      await commands.executeCommand('list.toggleSelection');
      const after = view.selection;
      const node = after.find((one) => !before.includes(one)) ?? before.find((one) => !after.includes(one));
      if (node === undefined || isEntry(node)) return node;
      return history.entries.find(({ key }) => key === node.entryKey);
    },
    filter(filter) {
      shown = filter;
      view.message = filter === undefined ? '' : t('Shown: {0}', filter.label);
      refresh();
    },
    dispose() {
      clearInterval(ticker);
      unsubscribe();
      permissionSubscription.dispose();
      refresh.cancel();
      endProgress?.();
      view.dispose();
      changed.dispose();
    },
  };
}
