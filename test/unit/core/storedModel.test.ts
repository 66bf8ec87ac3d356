import assert from 'node:assert/strict';
import type { ConversationEntry } from '../../../src/core/conversation.js';
import { toConversation } from '../../../src/core/conversation.js';
import { withStoredMessages, withStoredOptions } from '../../../src/core/storedModel.js';
import { storedModel } from '../../support/storedModels.js';

const system = (text: string): ConversationEntry => ({ role: 'system', content: [{ type: 'text', text }] });
const user = (text: string): ConversationEntry => ({ role: 'user', content: [{ type: 'text', text }] });
const assistant = (text: string): ConversationEntry => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  calls: [],
});

const PIRATE = storedModel({
  system: 'You are a pirate.',
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Ahoy' },
  ],
  parameters: { stop: ['END'], temperature: 0.2, top_p: 0.5, num_predict: 7, num_ctx: 9 },
});

describe('the messages of a chat with a stored model', () => {
  it('begin with its system prompt and its messages', () => {
    assert.deepEqual(withStoredMessages([user('Who?')], PIRATE), [
      system('You are a pirate.'),
      user('Hello'),
      assistant('Ahoy'),
      user('Who?'),
    ]);
  });

  it("begin with the client's system messages if it sent some, even empty ones", () => {
    for (const own of [[system('Be a monk.')], [system('Be'), system('a monk.')], [system('')]]) {
      assert.deepEqual(withStoredMessages([...own, user('Who?')], PIRATE), [
        ...own,
        user('Hello'),
        assistant('Ahoy'),
        user('Who?'),
      ]);
    }
  });

  it('have its system prompt if the client sends a system message later', () => {
    const sent = [user('Who?'), system('Be a monk.'), user('Well?')];
    assert.deepEqual(withStoredMessages(sent, PIRATE)[0], system('You are a pirate.'));
  });

  it('do not have its system prompt if the client sent one outside of its messages', () => {
    assert.deepEqual(withStoredMessages([user('Who?')], PIRATE, 'Be a monk.')[0], user('Hello'));
  });

  it('end with the question if the client sends only system messages', () => {
    const { messages } = toConversation(withStoredMessages([system('Say hi.')], PIRATE));
    assert.match(JSON.stringify(messages.at(-1)), /Say hi\./);
    assert.equal(messages.at(-1)?.role, 'user');
  });

  it('include stored system messages beside the system prompt', () => {
    const model = storedModel({ system: 'A.', messages: [{ role: 'system', content: 'B.' }] });
    assert.equal(toConversation(withStoredMessages([user('x')], model)).system, 'A.\n\nB.');
    assert.equal(toConversation(withStoredMessages([system('C.'), user('x')], model)).system, 'C.\n\nB.');
  });

  it('are those of the client without a stored model', () => {
    const sent = [user('Who?')];
    assert.equal(withStoredMessages(sent, undefined), sent);
  });
});

describe('the options of a chat with a stored model', () => {
  it('are the stored ones where the client sent none', () => {
    assert.deepEqual(withStoredOptions({ stop: [] }, PIRATE), {
      stop: ['END'],
      maxTokens: 7,
      sampling: { temperature: 0.2, topP: 0.5 },
    });
  });

  it('are those of the client where it sent some', () => {
    assert.deepEqual(withStoredOptions({ stop: ['X'], maxTokens: 3, sampling: { temperature: 1 } }, PIRATE), {
      stop: ['X'],
      maxTokens: 3,
      sampling: { temperature: 1, topP: 0.5 },
    });
  });
});
