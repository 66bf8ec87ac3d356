/** Replays earlier turns of a conversation into a process. */
import { randomUUID } from 'node:crypto';
import type { Channel } from './channel.js';
import { assistantLine, replayCallIds, userLine, type CallIds } from './outgoing.js';
import type { ProcessHistory } from './processHistory.js';
import type { ToolNames } from './toolNames.js';
import type { Turn, UserTurn } from './transcript.js';

/**
 * Sends these turns to the process and appends them to its history.
 * @param timeoutMs how long the CLI may take for one turn
 * @throws ChatError
 */
export async function replayHistory(
  channel: Channel,
  history: ProcessHistory,
  turns: readonly Turn[],
  { names, timeoutMs, signal }: { names: ToolNames; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const known = history.callIds;
  const ids = [...known, ...replayCallIds(turns, known)];
  for (const turn of turns) {
    if (turn.role === 'assistant') {
      channel.send(assistantLine(turn, ids, names));
      history.addReplayed(
        turn,
        turn.calls.map(({ number }) => ids[number]!),
      );
    } else {
      const uuid = randomUUID();
      history.addQuestion(turn, uuid);
      await replayQuestion(channel, turn, { ids, uuid, timeoutMs, signal });
    }
  }
}

/** Sends a user turn and waits until the CLI has processed it: otherwise the turns change places. */
async function replayQuestion(
  channel: Channel,
  turn: UserTurn,
  { ids, uuid, timeoutMs, signal }: { ids: CallIds; uuid: string; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  channel.send(userLine(turn, ids, { uuid, query: false }));
  for (;;) {
    const message = await channel.next(timeoutMs, signal);
    if (
      message.type === 'command_lifecycle' &&
      message.command_uuid === uuid &&
      message.state === 'completed'
    ) {
      return;
    }
  }
}
