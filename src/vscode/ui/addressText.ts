/** Which addresses a person is shown, and for what. Pure. */
import type { Addresses } from './address.js';

/** Where that is, by the editor's names of remotes. */
const REMOTES: Readonly<Record<string, string>> = {
  'ssh-remote': 'on the SSH host',
  wsl: 'in WSL',
  'dev-container': 'in the container',
  'attached-container': 'in the container',
  codespaces: 'in the codespace',
};
const REMOTE = 'on the remote machine';

/** An address, and for whom it is. */
export interface AddressLine {
  readonly url: string;
  /** Empty where there is only one. */
  readonly whose: string;
}

/** Locally there is one address. Elsewhere the person's own comes first, as soon as it is known. */
export function addressLines({ inside, outside, remote }: Addresses): AddressLine[] {
  if (remote === undefined) return [{ url: outside ?? inside, whose: '' }];
  const there = { url: inside, whose: `for programs ${REMOTES[remote] ?? REMOTE}` };
  return outside === undefined
    ? [there]
    : [{ url: outside, whose: 'for programs on your own machine' }, there];
}
