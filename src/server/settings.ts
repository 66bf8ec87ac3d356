import type { NamePolicy } from '../core/catalog.js';
import type { Lane } from '../core/chat.js';

/** What a person may change. Read anew for every request. */
export interface EndpointSettings {
  readonly names: NamePolicy;
  /**
   * Which lanes are listed and answered; the chat lane first. With the workspace lane, pages of other servers on this
   * machine are kept out, because Claude then has tools.
   */
  readonly lanes: readonly Lane[];
  /** Host names, besides those of the loopback, under which clients may reach the endpoint. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages, besides the usual ones, that may use the endpoint. Exact strings. */
  readonly allowedOrigins: readonly string[];
}
