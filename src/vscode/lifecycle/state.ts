/** The states of the controller, each with the resources that it holds. */
import type { Endpoint } from '../../server/server.js';
import type { SwappableBackend } from './swappableBackend.js';
import { urlOf, type ListenConfig } from './desiredConfig.js';
import type { Status } from './status.js';

/** The part of an endpoint that the controller uses. */
export type EndpointSwitch = Pick<Endpoint, 'start' | 'stop'>;

export type State =
  | { readonly name: 'stopped' }
  | { readonly name: 'starting'; readonly listen: ListenConfig }
  | {
      readonly name: 'running';
      readonly listen: ListenConfig;
      readonly url: string;
      readonly endpoint: EndpointSwitch;
    }
  | {
      readonly name: 'elsewhere';
      readonly listen: ListenConfig;
      /** The folder of the window that has the port; `undefined` when unknown. */
      readonly folder: string | undefined;
      /** Until the next attempt to acquire the port. */
      readonly retryTimer: NodeJS.Timeout;
    }
  | {
      readonly name: 'failed';
      readonly listen: ListenConfig;
      readonly message: string;
      readonly taken: boolean;
    };

/** The public status of a state. */
export function statusOf(state: State, swappable: SwappableBackend): Status {
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
        folder: swappable.folder,
        readiness: swappable.readiness,
        requests: swappable.requests,
        waiting: swappable.waiting,
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
