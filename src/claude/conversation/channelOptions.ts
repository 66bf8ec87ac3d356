/** What a channel to a CLI process calls. */
import type { ChatError } from '../../core/errors.js';
import type { CliMessage, CliMessageOf } from '../process/incoming.js';

/** Answers a control request of the CLI. The signal is aborted when the CLI cancels its request. */
export type ControlAnswer = (
  message: CliMessageOf<'control_request'>,
  signal: AbortSignal,
) => object | Promise<object>;

export interface ChannelOptions {
  readonly answer: ControlAnswer;
  /** Called with every message of the CLI when it arrives, also with those that belong to no turn. */
  readonly observe?: (message: CliMessage) => void;
  /** Called when the process has ended while a message was awaited. */
  readonly onCrash: (error: ChatError) => void;
}
