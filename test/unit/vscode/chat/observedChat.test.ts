import assert from 'node:assert/strict';
import type { ChatBackend } from '../../../../src/core/backend.js';
import type { CatalogEntry } from '../../../../src/core/catalog.js';
import type { ChatEvent } from '../../../../src/core/chat.js';
import { ChatError } from '../../../../src/core/errors.js';
import { silentLogger } from '../../../../src/core/log.js';
import { createHistory } from '../../../../src/vscode/activity/history.js';
import { createObservedChats } from '../../../../src/vscode/chat/observedChat.js';
import { fakeCliBackend, MODEL, REQUEST } from '../fakeCliBackend.js';

const ENTRY: CatalogEntry = { name: 'claude-sonnet:latest', lane: 'chat', model: MODEL };

function open(backend: ChatBackend) {
  const history = createHistory();
  const lines: string[] = [];
  const log = {
    ...silentLogger,
    info: (line: string) => void lines.push(`info ${line}`),
    warn: (line: string) => void lines.push(`warn ${line}`),
  };
  const chats = createObservedChats({ backend, observeChat: history.watch, log });
  const caller = new AbortController();
  const events: ChatEvent[] = [];
  const ask = (emit = (event: ChatEvent): void => void events.push(event)): Promise<void> =>
    chats.answer(ENTRY, { ...REQUEST, client: 'VS Code Chat' }, caller.signal, emit);
  return { history, lines, caller, events, ask };
}

/** Never answers, and fails when it is aborted. */
function silentBackend(): ChatBackend {
  return {
    models: () => Promise.resolve([MODEL]),
    async *chat(_request, signal): AsyncGenerator<ChatEvent> {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
      throw new ChatError('cancelled', 'The request was cancelled.');
    },
  };
}

describe('createObservedChats', () => {
  it('answers a chat, reports it to the activity view, and logs it without its text', async () => {
    const cli = fakeCliBackend();
    const { history, lines, events, ask } = open(cli);
    cli.release();
    await ask();
    assert.deepEqual(
      events.map(({ type }) => type),
      ['text', 'done'],
    );
    const [entry] = history.entries;
    assert.deepEqual([entry?.client, entry?.phase, entry?.label], ['VS Code Chat', 'answering', 'chat 1']);
    assert.deepEqual([entry?.result?.outputTokens, entry?.result?.error], [1, undefined]);
    assert.match(
      lines.join(),
      /^info \[request\] chat 1 claude-sonnet:latest first \d+ ms, .* \[VS Code Chat\]$/,
    );
    assert.doesNotMatch(lines.join(), /hello|hi\b/);
  });

  it('throws the error of the backend, which the activity view also shows', async () => {
    const cli = fakeCliBackend();
    cli.error = new ChatError('overloaded', 'Too much to do.');
    const { history, lines, ask } = open(cli);
    await assert.rejects(ask(), { kind: 'overloaded' });
    assert.equal(history.totals.lastError?.message, 'Too much to do.');
    assert.match(lines.join(), /^warn .* error: Too much to do\.$/);
  });

  it('cancels a chat with its caller, which does not count as a failure', async () => {
    const { history, lines, caller, ask } = open(silentBackend());
    const answer = ask();
    caller.abort();
    await assert.rejects(answer, { kind: 'cancelled' });
    assert.equal(history.entries[0]?.result?.cancelled, true);
    assert.equal(history.totals.failed, 0);
    assert.match(lines.join(), /^info /);
  });

  it('throws cancelledByUser when the user cancels the chat in the activity view', async () => {
    const { history, ask } = open(silentBackend());
    const answer = ask();
    history.cancel(history.entries[0]!.key);
    await assert.rejects(answer, { kind: 'cancelledByUser', message: /cancelled in VS Code/ });
  });
});
