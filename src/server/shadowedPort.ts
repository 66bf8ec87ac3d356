/** Finds programs whose port this server would take over without an error. */
import { connect } from 'node:net';

/** A program on this machine accepts a connection within a millisecond. Windows tells only after two seconds that none does. */
const TIMEOUT_MS = 300;

/**
 * Whether the system lets a program listen on a port of the loopback while another one listens on the same port of all
 * addresses, as Ollama does with `OLLAMA_HOST=0.0.0.0`. Linux refuses that. Pure.
 */
export function allowsShadowing(platform: NodeJS.Platform): boolean {
  return platform === 'win32' || platform === 'darwin';
}

/** Whether a program accepts connections there. Sends nothing. */
export function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(TIMEOUT_MS, () => finish(false));
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
