import type { NamePolicy } from '../core/catalog.js';
import type { Lane } from '../core/chat.js';

/** The settings of a running endpoint. Read again for every request. */
export interface EndpointSettings {
  readonly names: NamePolicy;
  /**
   * Which lanes are listed and answered; the chat lane first. With the workspace lane and no token, web pages of other
   * servers on this machine are refused, because Claude has tools in that lane.
   */
  readonly lanes: readonly Lane[];
  /** Host names, in addition to those of the loopback, under which clients may reach the endpoint. */
  readonly allowedHosts: readonly string[];
  /** Origins, in addition to the built-in ones, whose web pages may use the endpoint. Exact strings. */
  readonly allowedOrigins: readonly string[];
  /**
   * What every client must send: as `Authorization: Bearer`, as `x-api-key`, or in the path after `/t/`. If undefined,
   * credentials that clients send are ignored. A change applies from the next request on.
   */
  readonly token: string | undefined;
  /** Whether other users of this machine may use the endpoint. They are recognized only on Linux. */
  readonly allowOtherUsers: boolean;
}
