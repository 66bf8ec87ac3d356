/** The name of a client, as users see it. Pure. */
import { DIAGNOSE_CLIENT, OWN_CLIENT } from './names.js';
import { t } from './localize.js';

/**
 * `Continue` for `Continue/1.3.0`; for requests of this extension the name of the command that sent them. Empty when the
 * client did not name itself.
 * @param client the name in the request's record
 */
export function clientTitle(client: string): string {
  if (client.startsWith(DIAGNOSE_CLIENT)) return t('Run Diagnostics');
  if (client.startsWith(OWN_CLIENT)) return t('Say Hello');
  return /^[^/]*[^/\s]/.exec(client)?.[0] ?? client;
}
