import type { NamePolicy } from '../core/catalog.js';
import type { Lane } from '../core/chat.js';

/** What a person may change. Read anew for every request. */
export interface EndpointSettings {
  readonly names: NamePolicy;
  /**
   * Which lanes are listed and answered; the chat lane first. With the workspace lane and no token, pages of other
   * servers on this machine are kept out, because Claude then has tools.
   */
  readonly lanes: readonly Lane[];
  /** Host names, besides those of the loopback, under which clients may reach the endpoint. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages, besides the usual ones, that may use the endpoint. Exact strings. */
  readonly allowedOrigins: readonly string[];
  /**
   * What every client must send: as `Authorization: Bearer`, as `x-api-key`, or in its path behind `/t/`. Without one,
   * whatever clients send there is ignored. A new one counts from the next request on.
   */
  readonly token: string | undefined;
  /** Whether other users of this machine may use the endpoint, too. They are only told apart on Linux. */
  readonly allowOtherUsers: boolean;
}
