import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fullText } from '../standin/reply.js';
import type { StandInRequest } from '../standin/server.js';
import { createLedger, type Plan } from './ledger.js';
import type { WireChat } from './history.js';

const PLAN: Plan = { type: 'answer', thinks: false };

function chatOf(content: string): WireChat {
  return { model: 'claude-sonnet', system: '', tools: [], messages: [{ role: 'user', content }] };
}

/** The request that the CLI makes of it, with its own words before the client's. */
function requestOf(chat: WireChat, number: number): StandInRequest {
  const system = [
    { type: 'text', text: 'x-anthropic-billing-header: x' },
    { type: 'text', text: "You are a Claude agent, built on Anthropic's Claude Agent SDK." },
  ];
  const body = { model: 'claude-sonnet-4', system, messages: chat.messages };
  return { number, body, headers: {} } as unknown as StandInRequest;
}

describe('the ledger of what was asked and said', () => {
  /** A client, from its question to its answer, whose text the caller may exchange. */
  function createClients(contents: readonly string[]) {
    const ledger = createLedger();
    let number = 0;
    const clients = contents.map((content) => {
      const chat = chatOf(content);
      const ticket = ledger.expect(chat, PLAN);
      return {
        said: '',
        arrive(): void {
          const reply = ledger.respond(requestOf(chat, ++number));
          const [block] = 'content' in reply ? reply.content : [];
          this.said = block?.type === 'text' ? fullText(block.text) : '';
        },
        leave: (text: string): void => ledger.close(ticket, text),
      };
    });
    return { ledger, clients };
  }

  it('finds nothing wrong with equal requests, in whatever order they arrive and are answered', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }).chain((count) => {
          const steps = Array.from({ length: count }, (_, at) => [at, at]).flat();
          return fc.shuffledSubarray(steps, { minLength: steps.length });
        }),
        (steps) => {
          const { ledger, clients } = createClients(Array<string>(Math.max(...steps) + 1).fill('/compact'));
          for (const at of steps) {
            const client = clients[at]!;
            if (client.said === '') client.arrive();
            else client.leave(client.said);
          }
          assert.deepEqual(ledger.complaints, []);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('complains of an answer that was said to another question', () => {
    const { ledger, clients } = createClients(['one', 'two']);
    const [one, two] = clients;
    one!.arrive();
    two!.arrive();
    one!.leave(two!.said);
    assert.match(ledger.complaints.join(), /a client got what was not said to it/);
  });

  it('complains of a request that nobody sent', () => {
    const { ledger } = createClients(['one']);
    ledger.respond(requestOf(chatOf('two'), 1));
    assert.match(ledger.complaints.join(), /request 1 is nobody's/);
  });

  it('complains of one answer for two clients', () => {
    const { ledger, clients } = createClients(['one', 'one']);
    const [first, second] = clients;
    first!.arrive();
    second!.arrive();
    first!.leave(first!.said);
    second!.leave(first!.said);
    assert.match(ledger.complaints.join(), /a client got what was not said to it/);
  });
});
