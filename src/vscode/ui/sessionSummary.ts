/** What the UI shows besides the status: whether a token is required, the usage, the plan's limits and the addresses. */
import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { PlanUsage } from '../../core/planUsage.js';
import type { History, Totals } from '../activity/history.js';
import { throttled } from '../platform/throttle.js';
import type { AddressBook, Addresses } from './address.js';
import type { Token } from '../platform/token.js';

export interface SessionSummary {
  /** Whether clients must send a token. */
  readonly tokenRequired: boolean;
  readonly totals: Totals;
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

export function watchSessionSummary(
  token: Pick<Token, 'current' | 'onChange'>,
  history: Pick<History, 'totals' | 'subscribe'>,
  addresses: Pick<AddressBook, 'lookUp' | 'onChange'>,
): SessionSummaryWatch {
  const changed = new EventEmitter<void>();
  const fire = throttled(THROTTLE_MS, () => changed.fire());
  let planUsage: PlanUsage | undefined;
  const subscriptions = [token.onChange(fire), addresses.onChange(fire)];
  const unsubscribe = history.subscribe(fire);
  return {
    get current() {
      return {
        tokenRequired: token.current !== undefined,
        totals: history.totals,
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
      fire.cancel();
      changed.dispose();
    },
  };
}
