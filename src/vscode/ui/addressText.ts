/** The addresses that the user sees, and which clients each is for. Pure. */
import type { Addresses } from './address.js';
import { t } from '../platform/localize.js';

/** By VS Code's names of remotes (`env.remoteName`). */
const REMOTE_LOCATIONS: Readonly<Record<string, string>> = {
  'ssh-remote': t('for clients on the SSH host'),
  wsl: t('for clients in WSL'),
  'dev-container': t('for clients in the container'),
  'attached-container': t('for clients in the container'),
  codespaces: t('for clients in the codespace'),
};
const UNKNOWN_REMOTE_LOCATION = t('for clients on the remote machine');

export interface AddressLine {
  readonly url: string;
  /** Which clients the URL is for; empty when there is only one URL. */
  readonly audience: string;
}

/** One line in a local window; in a remote window up to two, the URL for the user's own machine first. */
export function addressLines({ localUrl, externalUrl, remoteName }: Addresses): AddressLine[] {
  if (remoteName === undefined) return [{ url: externalUrl ?? localUrl, audience: '' }];
  const location = REMOTE_LOCATIONS[remoteName] ?? UNKNOWN_REMOTE_LOCATION;
  const remoteLine = { url: localUrl, audience: location };
  return externalUrl === undefined
    ? [remoteLine]
    : [{ url: externalUrl, audience: t('for clients on your own machine') }, remoteLine];
}
