/**
 * What a CLI process costs, in milliseconds of one processor until the request is at the API. Measured with CLI 2.1.330 on
 * two quiet cores, without `ANTHROPIC_BASE_URL` where that makes a difference.
 */
export interface Costs {
  /** From its start until the process can be set up. */
  readonly start: number;
  /** Running ahead what a process does once, see `Conversation.warmUp`. */
  readonly warmUp: number;
  /** The first request of a process: without and with `warmUp` before it. */
  readonly first: number;
  readonly firstWarmedUp: number;
  /** Every later request. */
  readonly request: number;
  /** Additionally: another system prompt, model or effort. */
  readonly otherSetup: number;
  /** Additionally: other tools. */
  readonly otherTools: number;
  /** Removing a conversation, or its last turns. */
  readonly rewind: number;
  /** Additionally: each earlier message that must be replayed. */
  readonly replayedMessage: number;
}

export const MEASURED: Costs = {
  start: 850,
  warmUp: 60,
  first: 146,
  firstWarmedUp: 80,
  request: 27,
  otherSetup: 3,
  otherTools: 49,
  rewind: 10,
  replayedMessage: 4,
};
