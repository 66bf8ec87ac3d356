import assert from 'node:assert/strict';
import { Faithfulness } from '../../../../src/claude/turn/faithfulness.js';

const usage = (outputTokens: number, promptTokens = 7): Parameters<Faithfulness['onResult']>[1] => ({
  promptTokens,
  cachedTokens: 0,
  outputTokens,
});
const added = (isSynthetic: boolean): Parameters<Faithfulness['onAddedMessage']>[0] => ({
  type: 'user',
  message: { content: [] },
  isSynthetic,
});

describe('Faithfulness', () => {
  const table: readonly (readonly [
    string,
    (turn: Faithfulness) => void,
    chat: boolean,
    workspace: boolean,
  ])[] = [
    ['one message', (turn) => turn.onBlock('text'), true, true],
    ['equal token counts', (turn) => turn.onResult(usage(3), usage(3)), true, true],
    ['hidden thinking', (turn) => turn.onBlock('redacted_thinking'), true, true],
    ['a second message', (turn) => turn.onMessage(), false, true],
    ['a message of the CLI', (turn) => turn.onAddedMessage(added(false)), false, true],
    ['a synthetic message of the CLI', (turn) => turn.onAddedMessage(added(true)), false, false],
    ['a block that the client does not get', (turn) => turn.onBlock('server_tool_use'), false, false],
    ['an answer that ended early', (turn) => turn.onOmission(), false, false],
    ['output tokens of a hidden request', (turn) => turn.onResult(usage(3), usage(9)), false, true],
    ['prompt tokens of a hidden request', (turn) => turn.onResult(usage(3), usage(3, 90)), false, true],
  ];
  for (const [what, happens, chat, workspace] of table) {
    it(`${chat ? 'keeps' : 'loses'} the conversation of the chat lane after ${what}`, () => {
      for (const [lane, expected] of [
        ['chat', chat],
        ['workspace', workspace],
      ] as const) {
        const turn = new Faithfulness(lane);
        turn.onMessage();
        happens(turn);
        assert.equal(turn.faithful, expected, lane);
      }
    });
  }
});
