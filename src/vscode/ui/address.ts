/** Where clients reach the endpoint: in a remote window there are two places, and the port may differ. */
import { env, EventEmitter, Uri, type Disposable, type Event } from 'vscode';

/** Addresses of one endpoint. */
export interface Addresses {
  /** Where it listens: for programs on the same machine, which in a remote window is not the person's own. */
  readonly inside: string;
  /** For programs on the person's own machine, once that is known. */
  readonly outside: string | undefined;
  /** What kind of remote it is, `ssh-remote` for one; `undefined` in a local window. */
  readonly remote: string | undefined;
}

export interface AddressBook extends Disposable {
  /** What is known now. Asks for nothing. */
  of(inside: string): Addresses;
  /**
   * The address for the person's own machine. In a remote window this opens the way there, so it is done when a person
   * asks, and every time: the way may have been closed since.
   */
  outside(inside: string): Promise<string>;
  /** Fires when more is known. */
  readonly onChange: Event<void>;
}

export function createAddressBook(): AddressBook {
  const known = new Map<string, string>();
  const changed = new EventEmitter<void>();
  return {
    of: (inside) => ({ inside, outside: known.get(inside), remote: env.remoteName }),
    async outside(inside) {
      const uri = await env.asExternalUri(Uri.parse(inside));
      const outside = uri.toString(true).replace(/\/$/, '');
      if (known.get(inside) !== outside) {
        known.set(inside, outside);
        changed.fire();
      }
      return outside;
    },
    onChange: changed.event,
    dispose: () => changed.dispose(),
  };
}
