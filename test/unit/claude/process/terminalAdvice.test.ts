import assert from 'node:assert/strict';
import { withoutTerminalAdvice } from '../../../../src/claude/process/terminalAdvice.js';

describe('withoutTerminalAdvice', () => {
  it('removes what only works in the terminal of the CLI', () => {
    for (const [text, expected] of [
      [
        'There is an issue with the selected model (x). It may not exist. Run --model to pick a different model.',
        'There is an issue with the selected model (x). It may not exist.',
      ],
      ['Not logged in · Please run /login', 'Not logged in'],
      [
        "You've hit your limit · resets 3pm · Run /usage-credits to continue",
        "You've hit your limit · resets 3pm",
      ],
    ] as const) {
      assert.equal(withoutTerminalAdvice(text), expected);
    }
  });

  it('keeps every other text', () => {
    for (const text of [
      'Run /login.',
      'messages.0: use a shorter prompt. The limit is 10.',
      'The path /v1/messages was not found · try again',
      'a · b',
    ]) {
      assert.equal(withoutTerminalAdvice(text), text);
    }
  });
});
