/** The URLs of the endpoint. In a remote window there are two, and their ports may differ. */
import { env, EventEmitter, UIKind, Uri, type Disposable, type Event } from 'vscode';
import { answersAt, canTry } from './externalAddress.js';

export interface Addresses {
  /** For clients on the machine that runs the server. In a remote window this is not the user's own machine. */
  readonly localUrl: string;
  /** For clients on the user's own machine; `undefined` until it has been resolved, and if there is none that answers. */
  readonly externalUrl: string | undefined;
  /** VS Code's name for the kind of remote, such as `ssh-remote`; `undefined` in a local window. */
  readonly remoteName: string | undefined;
}

export interface AddressBook extends Disposable {
  /** What is known now, without asking VS Code. */
  lookUp(localUrl: string): Addresses;
  /**
   * Resolves the URL for the user's own machine. In a remote window VS Code forwards the port for this call, and the
   * user may close the forwarded port later, so call it for each user action. The URL is tried first, where that is possible.
   * @returns `undefined` when VS Code's URL does not lead to this server
   */
  resolveExternalUrl(localUrl: string): Promise<string | undefined>;
  /** Fires when an external URL is new or has changed. */
  readonly onChange: Event<void>;
}

export function createAddressBook(): AddressBook {
  const externalUrls = new Map<string, string | undefined>();
  const changed = new EventEmitter<void>();
  return {
    lookUp: (localUrl) => ({
      localUrl,
      externalUrl: externalUrls.get(localUrl),
      remoteName: env.remoteName,
    }),
    async resolveExternalUrl(localUrl) {
      const uri = await env.asExternalUri(Uri.parse(localUrl));
      const url = uri.toString(true).replace(/\/$/, '');
      const tried = url !== localUrl && canTry(url, env.uiKind === UIKind.Web);
      const externalUrl = tried && !(await answersAt(url)) ? undefined : url;
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
