/** The token that clients must send, once a person has created one. Kept in the editor's secret storage. */
import { randomBytes } from 'node:crypto';
import { EventEmitter, type Disposable, type Event, type SecretStorage } from 'vscode';
import { ChatError } from '../../core/errors.js';

/** All windows share it, because clients do not know which window they talk to. */
export interface Token extends Disposable {
  /** From memory: every request reads it. `undefined` when there is none. */
  readonly current: string | undefined;
  /** Fires after `current` has changed, in whatever window. */
  readonly onChange: Event<void>;
  /** Settles when `current` is known, and nothing may be served before. Rejects when it cannot be read. */
  readonly known: Promise<void>;
  /** A new one, in place of what was there. */
  create(): Promise<string>;
  remove(): Promise<void>;
}

const KEY = 'token';
const TOKEN_BYTES = 32;

export function watchToken(secrets: SecretStorage): Token {
  let current: string | undefined;
  const changed = new EventEmitter<void>();
  const set = (token: string | undefined): void => {
    if (token === current) return;
    current = token;
    changed.fire();
  };
  const read = async (): Promise<void> => set(await secrets.get(KEY));
  const known = read().catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChatError('internal', `The token cannot be read from the secret storage of VS Code: ${why}`, {
      cause,
    });
  });
  // Whoever waits for it gets to know; nobody need.
  known.catch(() => undefined);
  const subscription = secrets.onDidChange(({ key }) => {
    // What is in force stays so when the new one cannot be read.
    if (key === KEY) void read().catch(() => undefined);
  });
  return {
    get current() {
      return current;
    },
    onChange: changed.event,
    known,
    async create() {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      await secrets.store(KEY, token);
      set(token);
      return token;
    },
    async remove() {
      await secrets.delete(KEY);
      set(undefined);
    },
    dispose() {
      subscription.dispose();
      changed.dispose();
    },
  };
}
