/** Gives an empty conversation the history that another one had. */
import { randomUUID } from 'node:crypto';
import type { Channel } from './channel.js';
import { assistantLine, countCalls, seededCallId, userLine, type CallIds } from './outgoing.js';
import type { ToolNames } from './toolNames.js';
import type { Turn, UserTurn } from './transcript.js';

/**
 * Each user turn must be acknowledged, or the turns change places.
 * @param reactionMs how long the CLI may take for one of them
 * @returns the ids that the calls have from now on, in their order
 * @throws ChatError
 */
export async function replayHistory(
  channel: Channel,
  earlier: readonly Turn[],
  names: ToolNames,
  reactionMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const ids = Array.from({ length: countCalls(earlier) }, (_, number) => seededCallId(number));
  for (const turn of earlier) {
    if (turn.role === 'assistant') channel.send(assistantLine(turn, ids, names));
    else await seed(channel, turn, ids, reactionMs, signal);
  }
  return ids;
}

async function seed(
  channel: Channel,
  turn: UserTurn,
  ids: CallIds,
  reactionMs: number,
  signal: AbortSignal,
): Promise<void> {
  const uuid = randomUUID();
  channel.send(userLine(turn, ids, uuid, false));
  for (;;) {
    const message = await channel.next(reactionMs, signal);
    if (
      message.type === 'command_lifecycle' &&
      message.command_uuid === uuid &&
      message.state === 'completed'
    ) {
      return;
    }
  }
}
