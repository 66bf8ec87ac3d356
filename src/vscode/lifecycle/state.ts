/** The states of the controller, each with what it holds. */
import type { Endpoint } from '../../server/server.js';
import type { SwappableBackend } from './swappableBackend.js';
import { urlOf, type ListenConfig } from './desiredConfig.js';
import type { Status } from './status.js';

/** The server's endpoint, as far as its life is concerned. */
export type EndpointLife = Pick<Endpoint, 'start' | 'stop'>;

export type State =
  | { readonly name: 'stopped' }
  | { readonly name: 'starting'; readonly listen: ListenConfig }
  | {
      readonly name: 'running';
      readonly listen: ListenConfig;
      readonly url: string;
      readonly endpoint: EndpointLife;
    }
  | {
      readonly name: 'elsewhere';
      readonly listen: ListenConfig;
      /** Of the window that serves. */
      readonly folder: string | undefined;
      readonly timer: NodeJS.Timeout;
    }
  | {
      readonly name: 'failed';
      readonly listen: ListenConfig;
      readonly message: string;
      readonly taken: boolean;
    };

/** What the state comes to for everybody else. */
export function statusOf(state: State, slot: SwappableBackend): Status {
  switch (state.name) {
    case 'stopped':
      return { state: 'stopped' };
    case 'starting':
      return { state: 'starting', port: state.listen.port };
    case 'running':
      return {
        state: 'running',
        port: state.listen.port,
        url: state.url,
        folder: slot.folder,
        readiness: slot.readiness,
        requests: slot.requests,
        waiting: slot.waiting,
      };
    case 'elsewhere':
      return {
        state: 'elsewhere',
        port: state.listen.port,
        url: urlOf(state.listen),
        folder: state.folder,
      };
    case 'failed':
      return { state: 'failed', port: state.listen.port, message: state.message, taken: state.taken };
  }
}
