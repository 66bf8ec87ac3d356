/** The token that clients must send, if the user has created one. It is kept in VS Code's secret storage. */
import { randomBytes } from 'node:crypto';
import { EventEmitter, type Disposable, type Event, type SecretStorage } from 'vscode';
import { ChatError } from '../../core/errors.js';
import { t } from './localize.js';

/** All windows share the token, because clients do not know which window they are connected to. */
export interface Token extends Disposable {
  /** Cached, because it is read for every request. `undefined` when there is none. */
  readonly current: string | undefined;
  /** Fires after `current` has changed, in any window. */
  readonly onChange: Event<void>;
  /** Resolves once `current` is known; nothing may listen before. @throws ChatError when the token cannot be read */
  readonly known: Promise<void>;
  /** Creates a token, in place of the previous one, and returns it. */
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChatError(
      'internal',
      t('The token cannot be read from the secret storage of VS Code: {0}', reason),
      {
        cause,
      },
    );
  });
  // Marks a rejection as handled, because nothing awaits `known` while the server is stopped.
  known.catch(() => undefined);
  const subscription = secrets.onDidChange(({ key }) => {
    // When the new token cannot be read, the current one stays valid.
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
