/** Lets a limited number of requests run at once. Clients take turns, so that no client starves the others. */
import { ChatError } from '../../core/errors.js';

interface Waiter {
  readonly admit: () => void;
  readonly client: string;
}

/** How long a client should wait before it retries when the queue is full. */
const RETRY_SECONDS = 5;

export class FairQueue {
  readonly #capacity: number;
  readonly #maxWaiting: number;
  readonly #onChange: () => void;
  #running = 0;
  /** The waiting requests by client: the client whose turn is next comes first, each client's requests in order. */
  readonly #queues = new Map<string, Waiter[]>();
  #waiting = 0;

  /**
   * @param capacity how many requests may run at once
   * @param maxWaiting how many requests may wait
   */
  constructor(capacity: number, maxWaiting: number, onChange: () => void) {
    this.#capacity = capacity;
    this.#maxWaiting = maxWaiting;
    this.#onChange = onChange;
  }

  /** How many requests may run at once. */
  get capacity(): number {
    return this.#capacity;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits until this request may run. An abort removes it from the queue.
   * @returns a function that lets the next request run; calls after the first do nothing
   * @throws ChatError `busy` if the queue is full, `cancelled` on abort
   */
  async enter(client: string, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw cancelled();
    if (this.#running >= this.#capacity) {
      if (this.#waiting >= this.#maxWaiting) {
        throw new ChatError('busy', `${this.#waiting} requests are already waiting. Try again later.`, {
          retryAfterSeconds: RETRY_SECONDS,
        });
      }
      await this.#wait(client, signal);
    } else {
      this.#running++;
    }
    this.#onChange();
    let isRunning = true;
    return () => {
      if (!isRunning) return;
      isRunning = false;
      this.#admitNext();
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

  /** Replaces a finished request by the next client's oldest one. That client then goes to the end of the queue. */
  #admitNext(): void {
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
