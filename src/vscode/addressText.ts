/** Which addresses a person is shown, and for what. Pure. */
import type { Addresses } from './address.js';

/** What remotes are called. Others by their own names. */
const REMOTES: Readonly<Record<string, string>> = {
  'ssh-remote': 'the SSH host',
  wsl: 'WSL',
  'dev-container': 'the container',
  'attached-container': 'the container',
  codespaces: 'the codespace',
  tunnel: 'the machine at the other end of the tunnel',
};

/** An address, and for whom it is. */
export interface AddressLine {
  readonly url: string;
  /** Empty where there is only one. */
  readonly whose: string;
}

/** Locally there is one address. Elsewhere the person's own comes first, as soon as it is known. */
export function addressLines({ inside, outside, remote }: Addresses): AddressLine[] {
  if (remote === undefined) return [{ url: outside ?? inside, whose: '' }];
  const there = { url: inside, whose: `for programs in ${REMOTES[remote] ?? remote}` };
  return outside === undefined
    ? [there]
    : [{ url: outside, whose: 'for programs on your own machine' }, there];
}
