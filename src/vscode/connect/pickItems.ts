/** The list of the command Connect a Client: what is installed first, then all other clients by group. Pure. */
import type { Client } from './guide.js';

export type ListItem =
  | { readonly label: string; readonly description?: string; readonly client: Client }
  /** A heading. */
  | { readonly label: string };

export function pickItems(clients: readonly Client[], installed: readonly Client[]): ListItem[] {
  const others = clients.filter((client) => !installed.includes(client));
  return [
    ...(installed.length === 0 ? [] : [{ label: 'Installed' }]),
    ...installed.map((client) => ({ label: client.title, description: 'installed', client })),
    ...others.flatMap((client, index): ListItem[] => [
      ...(others[index - 1]?.group === client.group ? [] : [{ label: client.group }]),
      { label: client.title, client },
    ]),
  ];
}
