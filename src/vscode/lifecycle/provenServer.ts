/** Which server may get the token: any program can listen on the port and claim to be this extension. */
import type { ListenConfig } from './desiredConfig.js';
import type { Status } from './status.js';
import type { Windows } from './windows.js';

/**
 * Whether this window is serving, or another window of the user that proves it now.
 * @param listen the configured address
 */
export async function isProvenServer(
  { state }: Pick<Status, 'state'>,
  listen: ListenConfig,
  windows: Pick<Windows, 'fetchReport'>,
): Promise<boolean> {
  if (state === 'running') return true;
  return state === 'elsewhere' && (await windows.fetchReport(listen)) !== undefined;
}
