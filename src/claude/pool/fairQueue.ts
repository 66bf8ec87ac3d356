/** Lets a bounded number through at once, and the rest wait: in turn by client, so that none starves the others. */
import { ChatError } from '../../core/errors.js';

interface Waiter {
  readonly admit: () => void;
  readonly client: string;
}

/** What a client should wait before it asks a full queue again. */
const RETRY_SECONDS = 5;

export class FairQueue {
  readonly #places: number;
  readonly #limit: number;
  readonly #onChange: () => void;
  #running = 0;
  /** Clients that wait, the one whose turn is next first; each with its own requests in their order. */
  readonly #queues = new Map<string, Waiter[]>();
  #waiting = 0;

  /**
   * @param places how many may be through at once
   * @param limit how many may wait
   */
  constructor(places: number, limit: number, onChange: () => void) {
    this.#places = places;
    this.#limit = limit;
    this.#onChange = onChange;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for a place. Who aborts leaves the queue.
   * @returns gives the place back; calls after the first do nothing
   * @throws ChatError `busy` when too many wait, `cancelled` on abort
   */
  async enter(client: string, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw cancelled();
    if (this.#running >= this.#places) {
      if (this.#waiting >= this.#limit) {
        throw new ChatError('busy', `${this.#waiting} requests wait already. Try again later.`, {
          retryAfterSeconds: RETRY_SECONDS,
        });
      }
      await this.#wait(client, signal);
    } else {
      this.#running++;
    }
    this.#onChange();
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#leave();
    };
  }

  #wait(client: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#remove(waiter);
        this.#onChange();
        reject(cancelled());
      };
      const waiter: Waiter = {
        client,
        admit: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const queue = this.#queues.get(client);
      if (queue) queue.push(waiter);
      else this.#queues.set(client, [waiter]);
      this.#waiting++;
      this.#onChange();
    });
  }

  #remove(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.client);
    const at = queue?.indexOf(waiter) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    this.#waiting--;
    if (queue.length === 0) this.#queues.delete(waiter.client);
  }

  /** Hands the place to the next client's oldest request; that client then goes to the end of the line. */
  #leave(): void {
    const [next] = this.#queues;
    if (next === undefined) {
      this.#running--;
    } else {
      const [client, queue] = next;
      const [waiter] = queue;
      this.#queues.delete(client);
      if (waiter !== undefined) {
        this.#waiting--;
        if (queue.length > 1) this.#queues.set(client, queue.slice(1));
        waiter.admit();
      }
    }
    this.#onChange();
  }
}

function cancelled(): ChatError {
  return new ChatError('cancelled', 'The request was cancelled.');
}
