/** The list of the command Connect a Client: what is installed first, then all other clients by group. Pure. */
import type { Client, ClientGroup } from './guide.js';
import { t } from '../platform/localize.js';

export type ListItem =
  | { readonly label: string; readonly description?: string; readonly client: Client }
  /** A heading. */
  | { readonly label: string };

const GROUP_TITLES: Readonly<Record<ClientGroup, string>> = {
  'Editors and Extensions': t('Editors and Extensions'),
  Applications: t('Applications'),
  Terminal: t('Terminal'),
  'Your Own Programs': t('Your Own Programs'),
};

export function pickItems(clients: readonly Client[], installed: readonly Client[]): ListItem[] {
  const others = clients.filter((client) => !installed.includes(client));
  return [
    ...(installed.length === 0 ? [] : [{ label: t('Installed') }]),
    ...installed.map((client) => ({ label: client.title, description: t('installed'), client })),
    ...others.flatMap((client, index): ListItem[] => [
      ...(others[index - 1]?.group === client.group ? [] : [{ label: GROUP_TITLES[client.group] }]),
      { label: client.title, client },
    ]),
  ];
}
