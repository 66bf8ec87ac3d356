/** What the UI shows besides the status: whether a token is required, the usage, the plan's limits and the addresses. */
import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Logger } from '../../core/log.js';
import type { WorkspacePermissions } from '../../core/permission.js';
import type { PlanUsage } from '../../core/planUsage.js';
import type { History, Totals } from '../activity/history.js';
import type { Configuration } from '../platform/configuration.js';
import { watchDailyUsage, type Usage } from '../usage/dailyUsage.js';
import { throttled } from '../platform/throttle.js';
import type { AddressBook, Addresses } from './address.js';
import type { Token } from '../platform/token.js';

export interface SessionSummary {
  /** Whether clients must send a token. */
  readonly tokenRequired: boolean;
  readonly totals: Totals;
  /** The usage of today, over all windows. */
  readonly today: Usage;
  /** What workspace models may do. */
  readonly permissions: WorkspacePermissions;
  /** The plan's limits as the CLI last reported them. */
  readonly planUsage: PlanUsage | undefined;
  readonly addressesOf: (localUrl: string) => Addresses;
}

export interface SessionSummaryWatch extends Disposable {
  readonly current: SessionSummary;
  /** Fires after a change, at most once per `THROTTLE_MS`. */
  readonly onChange: Event<void>;
  readonly setPlanUsage: (planUsage: PlanUsage) => void;
}

const THROTTLE_MS = 250;

export interface SessionSummaryOptions {
  readonly token: Pick<Token, 'current' | 'onChange'>;
  readonly history: Pick<History, 'totals' | 'subscribe'>;
  readonly addresses: Pick<AddressBook, 'lookUp' | 'onChange'>;
  readonly configuration: Pick<Configuration, 'current' | 'onChange'>;
  /** The extension's storage folder, which all windows share. */
  readonly storageFolder: string;
  readonly log: Logger;
}

export function watchSessionSummary(options: SessionSummaryOptions): SessionSummaryWatch {
  const { token, history, addresses, configuration, storageFolder: folder, log } = options;
  const changed = new EventEmitter<void>();
  const fire = throttled(THROTTLE_MS, () => changed.fire());
  let planUsage: PlanUsage | undefined;
  const subscriptions = [token.onChange(fire), addresses.onChange(fire), configuration.onChange(fire)];
  const usage = watchDailyUsage({ history, folder, log, onChange: fire });
  const unsubscribe = history.subscribe(fire);
  return {
    get current() {
      return {
        tokenRequired: token.current !== undefined,
        totals: history.totals,
        today: usage.today,
        permissions: configuration.current['workspace.permissions'],
        planUsage,
        addressesOf: (localUrl: string) => addresses.lookUp(localUrl),
      };
    },
    onChange: changed.event,
    setPlanUsage(reported) {
      planUsage = reported;
      fire();
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      unsubscribe();
      usage.dispose();
      fire.cancel();
      changed.dispose();
    },
  };
}
