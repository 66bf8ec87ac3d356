/** Names for the program that has a port. */

/**
 * Which program answers on a port: this product (any window or the headless server), a real Ollama, another one, or
 * none.
 */
export type PortOwner = 'claudeOllama' | 'ollama' | 'other' | 'none';

const OWNER_NAMES: Readonly<Record<PortOwner, string>> = {
  claudeOllama: 'another Ollama Server for Claude',
  ollama: 'Ollama itself',
  other: 'another program',
  none: 'a program that does not answer',
};

/** Names a program that has a port, as a part of a sentence for users. */
export const portOwnerName = (owner: PortOwner): string => OWNER_NAMES[owner];

/** The sentence for users that a port is taken: `Port 11434 on 127.0.0.1 is in use by Ollama itself.` */
export function describePortInUse({
  owner,
  port,
  host,
}: {
  readonly owner: PortOwner;
  readonly port: number;
  /** Left out where the address does not matter to the user. */
  readonly host?: string;
}): string {
  const address = host === undefined ? '' : ` on ${host}`;
  return `Port ${port}${address} is in use by ${portOwnerName(owner)}.`;
}
