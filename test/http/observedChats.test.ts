import assert from 'node:assert/strict';
import type { ChatOutcome, ChatPhase, RunningChat } from '../../src/core/chatObserver.js';
import { createFakeBackend, DONE, fails, hangs, says, text, thinking } from '../support/fakeBackend.js';
import { ask, chat, chatBytes, linesOf, open, startRig, stopRigs, type Rig } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

const TOKEN = 'a-token-of-more-than-thirty-two-characters';

interface Observed {
  readonly chat: RunningChat;
  readonly phases: ChatPhase[];
  readonly decisions: string[];
  readonly outcomes: ChatOutcome[];
}

async function startObserved(
  script = says(text('hello'), DONE),
): Promise<{ rig: Rig; observed: Observed[] }> {
  const observed: Observed[] = [];
  const backend = createFakeBackend();
  backend.script = script;
  const rig = await startRig({
    backend,
    observeChat(chat) {
      const phases: ChatPhase[] = [];
      const decisions: string[] = [];
      const outcomes: ChatOutcome[] = [];
      observed.push({ chat, phases, decisions, outcomes });
      return {
        phase: (phase) => void (phases.at(-1) === phase || phases.push(phase)),
        permissionDecided: (decision) => void decisions.push(decision),
        end: (outcome) => void outcomes.push(outcome),
      };
    },
  });
  return { rig, observed };
}

describe('an observer of chats', () => {
  afterEach(stopRigs);

  it('is told label, model and lane, then each phase, then the metrics', async () => {
    const { rig, observed } = await startObserved(says(thinking('hm'), text('hel'), text('lo'), DONE));
    await chat(rig);
    const [{ chat: begun, phases, outcomes }] = observed as [Observed];
    const { label, model, lane } = begun;
    assert.deepEqual({ label, model, lane }, { label: '#1', model: 'claude-sonnet:latest', lane: 'chat' });
    assert.deepEqual(phases, ['sent', 'thinking', 'answering']);
    const [outcome] = outcomes as [ChatOutcome];
    const { totalMs, firstTokenMs, promptTokens, outputTokens, outputMs, cancelled } = outcome;
    assert.ok(firstTokenMs !== undefined && firstTokenMs <= totalMs);
    assert.deepEqual([promptTokens, outputTokens, outputMs, cancelled], [11, 7, 3, false]);
  });

  it('is told permission decisions without secrets', async () => {
    const backend = createFakeBackend();
    const decisions: string[] = [];
    await startRig({
      backend: {
        ...backend,
        chat(request, signal, listener) {
          listener?.permissionDecided(`denied: Bash \`echo ${TOKEN}\``);
          return backend.chat(request, signal, listener);
        },
      },
      settings: { token: TOKEN },
      observeChat: () => ({
        phase: () => undefined,
        permissionDecided: (line) => void decisions.push(line),
        end: () => undefined,
      }),
    }).then((rig) =>
      ask(rig, {
        path: '/api/chat',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ model: 'claude-sonnet', messages: [{ role: 'user', content: 'hi' }] }),
      }),
    );
    assert.equal(decisions.length, 1);
    assert.match(decisions[0]!, /^denied: Bash `echo /);
    assert.ok(!decisions[0]!.includes(TOKEN));
  });

  it('is told the error that the client received', async () => {
    const { rig, observed } = await startObserved(fails(new Error('boom')));
    await chat(rig);
    const [outcome] = observed[0]!.outcomes;
    assert.match(outcome?.error ?? '', /boom/);
    assert.equal(outcome?.cancelled, false);
  });

  it('can cancel one chat, before or during its reply, and the client gets an error', async () => {
    const { rig, observed } = await startObserved(hangs());
    const waiting = chat(rig, { stream: false });
    await until('the first chat is observed', () => observed.length === 1);
    rig.backend.script = hangs(text('hel'));
    const streaming = chat(rig);
    await until('the second chat is answered', () => observed[1]?.phases.includes('answering') === true);
    observed[0]!.chat.cancel();
    const { status, body } = await waiting;
    assert.equal(status, 403);
    assert.match(body, /cancelled in VS Code/);
    assert.equal(observed[1]!.outcomes.length, 0);
    observed[1]!.chat.cancel();
    assert.match(String(linesOf((await streaming).body).at(-1)?.['error']), /cancelled in VS Code/);
    await until('both chats have an outcome', () => observed.every(({ outcomes }) => outcomes.length === 1));
    assert.deepEqual(
      observed.map(({ outcomes }) => outcomes[0]!.cancelled),
      [true, true],
    );
  });

  it('is told that a client disconnected', async () => {
    const { rig, observed } = await startObserved(hangs());
    const socket = await open(rig, chatBytes());
    await until('the first chat is observed', () => observed.length === 1);
    socket.destroy();
    await until('the chat has an outcome', () => observed[0]!.outcomes.length === 1);
    const [outcome] = observed[0]!.outcomes;
    assert.deepEqual([outcome?.cancelled, outcome?.error], [true, 'The client disconnected.']);
  });

  it('is not called for requests without a chat, which are marked in the records', async () => {
    const { rig, observed } = await startObserved();
    await ask(rig, { path: '/api/tags' });
    await chat(rig, { model: 'no-such-model' });
    await chat(rig);
    assert.equal(observed.length, 1);
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
