/** What is told to people beside the state: who may ask, what was used, what is left, where clients find it. */
import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { PlanUsage } from '../../core/planUsage.js';
import type { History, Totals } from '../activity/history.js';
import { throttled } from '../platform/throttle.js';
import type { AddressBook, Addresses } from './address.js';
import type { Token } from '../platform/token.js';

export interface SessionSummary {
  /** Whether clients must send a token. */
  readonly secured: boolean;
  readonly totals: Totals;
  readonly planUsage: PlanUsage | undefined;
  readonly addressesOf: (inside: string) => Addresses;
}

export interface SessionSummaryWatch extends Disposable {
  readonly current: SessionSummary;
  /** Fires some time after a change, so that quick ones are one. */
  readonly onChange: Event<void>;
  /** The CLI has told of the plan's limits. */
  readonly learn: (planUsage: PlanUsage) => void;
}

const SETTLE_MS = 250;

export function watchSessionSummary(
  token: Pick<Token, 'current' | 'onChange'>,
  history: Pick<History, 'totals' | 'subscribe'>,
  addresses: Pick<AddressBook, 'of' | 'onChange'>,
): SessionSummaryWatch {
  const changed = new EventEmitter<void>();
  const fire = throttled(SETTLE_MS, () => changed.fire());
  let planUsage: PlanUsage | undefined;
  const subscriptions = [token.onChange(fire), addresses.onChange(fire)];
  const unsubscribe = history.subscribe(fire);
  return {
    get current() {
      return {
        secured: token.current !== undefined,
        totals: history.totals,
        planUsage,
        addressesOf: (inside: string) => addresses.of(inside),
      };
    },
    onChange: changed.event,
    learn(told) {
      planUsage = told;
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
