/** The URLs of the endpoint. In a remote window there are two, and their ports may differ. */
import { env, EventEmitter, Uri, type Disposable, type Event } from 'vscode';

export interface Addresses {
  /** For clients on the machine that runs the server. In a remote window this is not the user's own machine. */
  readonly localUrl: string;
  /** For clients on the user's own machine; `undefined` until it has been resolved. */
  readonly externalUrl: string | undefined;
  /** VS Code's name for the kind of remote, such as `ssh-remote`; `undefined` in a local window. */
  readonly remoteName: string | undefined;
}

export interface AddressBook extends Disposable {
  /** What is known now, without asking VS Code. */
  lookUp(localUrl: string): Addresses;
  /**
   * Resolves the URL for the user's own machine. In a remote window VS Code forwards the port for this call, and the
   * user may close the forwarded port later, so call it for each user action.
   */
  resolveExternalUrl(localUrl: string): Promise<string>;
  /** Fires when an external URL is new or has changed. */
  readonly onChange: Event<void>;
}

export function createAddressBook(): AddressBook {
  const externalUrls = new Map<string, string>();
  const changed = new EventEmitter<void>();
  return {
    lookUp: (localUrl) => ({
      localUrl,
      externalUrl: externalUrls.get(localUrl),
      remoteName: env.remoteName,
    }),
    async resolveExternalUrl(localUrl) {
      const uri = await env.asExternalUri(Uri.parse(localUrl));
      const externalUrl = uri.toString(true).replace(/\/$/, '');
      if (externalUrls.get(localUrl) !== externalUrl) {
        externalUrls.set(localUrl, externalUrl);
        changed.fire();
      }
      return externalUrl;
    },
    onChange: changed.event,
    dispose: () => changed.dispose(),
  };
}
