import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fullText } from '../standin/reply.js';
import type { StandInRequest } from '../standin/server.js';
import { createRequestTracker, type PlannedReply } from './requestTracker.js';
import type { WireChat } from './history.js';

const PLAN: PlannedReply = { type: 'answer', thinks: false };

function chatOf(content: string): WireChat {
  return { model: 'claude-sonnet', system: '', tools: [], messages: [{ role: 'user', content }] };
}

/** The request that the CLI sends for a chat: its own system blocks precede the client's. */
function requestOf(chat: WireChat, number: number): StandInRequest {
  const system = [
    { type: 'text', text: 'x-anthropic-billing-header: x' },
    { type: 'text', text: "You are a Claude agent, built on Anthropic's Claude Agent SDK." },
  ];
  const body = { model: 'claude-sonnet-4', system, messages: chat.messages };
  return { number, body, headers: {} } as unknown as StandInRequest;
}

describe('RequestTracker', () => {
  /** Clients that send one request each. A test chooses the answer that a client receives. */
  function createClients(contents: readonly string[]) {
    const tracker = createRequestTracker();
    let number = 0;
    const clients = contents.map((content) => {
      const chat = chatOf(content);
      const tracked = tracker.expect(chat, PLAN);
      return {
        answer: '',
        send(): void {
          const reply = tracker.respond(requestOf(chat, ++number));
          const [block] = 'content' in reply ? reply.content : [];
          this.answer = block?.type === 'text' ? fullText(block.text) : '';
        },
        receive: (text: string): void => tracker.close(tracked, text),
      };
    });
    return { tracker, clients };
  }

  it('accepts equal requests, whatever the order of requests and answers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }).chain((count) => {
          const steps = Array.from({ length: count }, (_, at) => [at, at]).flat();
          return fc.shuffledSubarray(steps, { minLength: steps.length });
        }),
        (steps) => {
          const { tracker, clients } = createClients(Array<string>(Math.max(...steps) + 1).fill('/compact'));
          for (const at of steps) {
            const client = clients[at]!;
            if (client.answer === '') client.send();
            else client.receive(client.answer);
          }
          assert.deepEqual(tracker.problems, []);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reports an answer that belongs to another request', () => {
    const { tracker, clients } = createClients(['one', 'two']);
    const [one, two] = clients;
    one!.send();
    two!.send();
    one!.receive(two!.answer);
    assert.match(tracker.problems.join(), /a client received another request's answer/);
  });

  it('reports a request that no client sent', () => {
    const { tracker } = createClients(['one']);
    tracker.respond(requestOf(chatOf('two'), 1));
    assert.match(tracker.problems.join(), /request 1 was sent by no client/);
  });

  it('reports one answer that reaches two clients', () => {
    const { tracker, clients } = createClients(['one', 'one']);
    const [first, second] = clients;
    first!.send();
    second!.send();
    first!.receive(first!.answer);
    second!.receive(first!.answer);
    assert.match(tracker.problems.join(), /a client received another request's answer/);
  });
});
