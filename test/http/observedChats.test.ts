import assert from 'node:assert/strict';
import type { ChatOutcome, ChatPhase, WatchedChat } from '../../src/core/watch.js';
import { createFakeBackend, DONE, fails, hangs, says, text, thinking } from '../support/fakeBackend.js';
import { ask, chat, chatBytes, linesOf, open, startRig, stopRigs, type Rig } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const TOKEN = 'a-token-of-more-than-thirty-two-characters';

interface Seen {
  readonly chat: WatchedChat;
  readonly phases: ChatPhase[];
  readonly decisions: string[];
  readonly outcomes: ChatOutcome[];
}

async function startWatched(script = says(text('hello'), DONE)): Promise<{ rig: Rig; seen: Seen[] }> {
  const seen: Seen[] = [];
  const backend = createFakeBackend();
  backend.script = script;
  const rig = await startRig({
    backend,
    watch(chat) {
      const phases: ChatPhase[] = [];
      const decisions: string[] = [];
      const outcomes: ChatOutcome[] = [];
      seen.push({ chat, phases, decisions, outcomes });
      return {
        phase: (phase) => void (phases.at(-1) === phase || phases.push(phase)),
        decided: (decision) => void decisions.push(decision),
        end: (outcome) => void outcomes.push(outcome),
      };
    },
  });
  return { rig, seen };
}

describe('who watches the chats', () => {
  afterEach(stopRigs);

  it('hears who asks what, and then phase by phase how it goes', async () => {
    const { rig, seen } = await startWatched(says(thinking('hm'), text('hel'), text('lo'), DONE));
    await chat(rig);
    const [{ chat: begun, phases, outcomes }] = seen as [Seen];
    const { label, model, lane } = begun;
    assert.deepEqual({ label, model, lane }, { label: '#1', model: 'claude-sonnet:latest', lane: 'chat' });
    assert.deepEqual(phases, ['asked', 'thinking', 'answering']);
    const [outcome] = outcomes as [ChatOutcome];
    const { totalMs, firstTokenMs, promptTokens, outputTokens, outputMs, cancelled } = outcome;
    assert.ok(firstTokenMs !== undefined && firstTokenMs <= totalMs);
    assert.deepEqual([promptTokens, outputTokens, outputMs, cancelled], [11, 7, 3, false]);
  });

  it('hears what became of what Claude wanted to do, without a secret', async () => {
    const backend = createFakeBackend();
    const heard: string[] = [];
    await startRig({
      backend: {
        ...backend,
        chat(request, signal, listener) {
          listener?.decided(`denied: Bash \`echo ${TOKEN}\``);
          return backend.chat(request, signal, listener);
        },
      },
      settings: { token: TOKEN },
      watch: () => ({
        phase: () => undefined,
        decided: (line) => void heard.push(line),
        end: () => undefined,
      }),
    }).then((rig) =>
      ask(rig, {
        path: '/api/chat',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ model: 'claude-sonnet', messages: [{ role: 'user', content: 'hi' }] }),
      }),
    );
    assert.equal(heard.length, 1);
    assert.match(heard[0]!, /^denied: Bash `echo /);
    assert.ok(!heard[0]!.includes(TOKEN));
  });

  it('hears the error that the client was told', async () => {
    const { rig, seen } = await startWatched(fails(new Error('boom')));
    await chat(rig);
    const [outcome] = seen[0]!.outcomes;
    assert.match(outcome?.error ?? '', /boom/);
    assert.equal(outcome?.cancelled, false);
  });

  it('ends the chat that is meant, whose client is told before and within an answer', async () => {
    const { rig, seen } = await startWatched(hangs());
    const silent = chat(rig, { stream: false });
    await until('the first chat is observed', () => seen.length === 1);
    rig.backend.script = hangs(text('hel'));
    const speaking = chat(rig);
    await until('the second chat is answered', () => seen[1]?.phases.includes('answering') === true);
    seen[0]!.chat.cancel();
    const { status, body } = await silent;
    assert.equal(status, 403);
    assert.match(body, /ended by a person/);
    assert.equal(seen[1]!.outcomes.length, 0);
    seen[1]!.chat.cancel();
    assert.match(String(linesOf((await speaking).body).at(-1)?.['error']), /ended by a person/);
    await until('both chats have an outcome', () => seen.every(({ outcomes }) => outcomes.length === 1));
    assert.deepEqual(
      seen.map(({ outcomes }) => outcomes[0]!.cancelled),
      [true, true],
    );
  });

  it('hears that a client went away', async () => {
    const { rig, seen } = await startWatched(hangs());
    const socket = await open(rig, chatBytes());
    await until('the first chat is observed', () => seen.length === 1);
    socket.destroy();
    await until('the chat has an outcome', () => seen[0]!.outcomes.length === 1);
    const [outcome] = seen[0]!.outcomes;
    assert.deepEqual([outcome?.cancelled, outcome?.error], [true, 'The client went away.']);
  });

  it('hears nothing of requests that are no chats, which the records tell apart', async () => {
    const { rig, seen } = await startWatched();
    await ask(rig, { path: '/api/tags' });
    await chat(rig, { model: 'no-such-model' });
    await chat(rig);
    assert.equal(seen.length, 1);
    await until('three requests are recorded', () => rig.records.length === 3);
    assert.deepEqual(
      rig.records.map(({ status, chat }) => [status, chat]),
      [
        [200, false],
        [404, false],
        [200, true],
      ],
    );
  });
});
