import assert from 'node:assert/strict';
import { Continuations, conversationKind } from '../../../../src/claude/pool/continuations.js';
import type { ChatRequest } from '../../../../src/core/chat.js';

const kind = (text: string, setup = 'S'): ReturnType<typeof conversationKind> => {
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }];
  const request: ChatRequest = { lane: 'chat', model: 'm', system: '', messages, tools: [], stop: [] };
  return conversationKind(request, setup);
};
/** Letters that stand for a number. */
const letters = (i: number): string => Array.from(String(i), (digit) => 'abcdefghij'[Number(digit)]).join('');
const TITLE = 'Write a title of at most five words for this chat: ';

describe('Continuations', () => {
  it('expects half of the conversations of an unknown kind to continue', () => {
    assert.equal(new Continuations().probability(kind('hello')), 0.5);
  });

  it('learns that requests for titles do not continue, whatever their topic', () => {
    const continuations = new Continuations();
    for (const topic of ['cats', 'dogs', 'birds', 'fish']) continuations.started(kind(TITLE + topic));
    assert.ok(continuations.probability(kind(`${TITLE}horses`)) < 0.1);
  });

  it('still expects other chats of the same client to continue', () => {
    const continuations = new Continuations();
    for (let i = 0; i < 10; i++) {
      continuations.started(kind(TITLE + i));
      continuations.started(kind(`question ${i}`));
      continuations.continued(kind(`question ${i}`));
    }
    const chat = continuations.probability(kind('another question'));
    assert.ok(chat > 0.4, String(chat));
    assert.ok(chat > 3 * continuations.probability(kind(TITLE)));
  });

  it('learns about a client that writes the time into its system prompt', () => {
    const continuations = new Continuations();
    for (const minute of [1, 12, 30]) continuations.started(kind('turn it on', `It is 8:${minute}.`));
    assert.ok(continuations.probability(kind('turn it on', 'It is 9:45.')) < 0.2);
  });

  it('remembers a limited number of kinds', () => {
    const continuations = new Continuations();
    continuations.started(kind('first', 'first'));
    for (let i = 0; i < 2000; i++) continuations.started(kind(`k${letters(i)}`, `s${letters(i)}`));
    assert.equal(continuations.probability(kind('first', 'first')), 0.5);
  });
});
