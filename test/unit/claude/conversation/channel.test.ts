import assert from 'node:assert/strict';
import { Channel, type ControlAnswer } from '../../../../src/claude/conversation/channel.js';
import type { CliMessage } from '../../../../src/claude/process/incoming.js';
import type { ClaudeProcess, ProcessEnd } from '../../../../src/claude/process/process.js';

/** A process whose lines are written and read by hand. */
function createProcess() {
  const sent: object[] = [];
  let listener: (message: CliMessage) => void = () => undefined;
  let end: (end: ProcessEnd) => void = () => undefined;
  const process = {
    ended: new Promise<ProcessEnd>((resolve) => (end = resolve)),
    listen: (listening: typeof listener) => (listener = listening),
    send: (message: object) => sent.push(message),
    pause: () => undefined,
    resume: () => undefined,
  };
  return {
    sent,
    process: process as unknown as ClaudeProcess,
    say: (message: CliMessage) => listener(message),
    end: () => end({ code: 0, signal: null, requested: false, stderr: '' }),
  };
}

function question(request_id: string): CliMessage {
  return { type: 'control_request', request_id, request: { subtype: 'can_use_tool' } };
}

/** Lets everything happen that only waits for its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a channel', () => {
  let cli: ReturnType<typeof createProcess>;
  /** Answers by the ids of their questions, and the signals that came with these. */
  let settle: Map<string, (answer: object) => void>;
  let signals: Map<string, AbortSignal>;
  let channel: Channel;

  function start(answer?: ControlAnswer): void {
    cli = createProcess();
    settle = new Map();
    signals = new Map();
    channel = new Channel(
      cli.process,
      answer ??
        (({ request_id }, signal) => {
          signals.set(request_id, signal);
          return new Promise((resolve) => settle.set(request_id, resolve));
        }),
      () => undefined,
    );
  }
  beforeEach(() => start());

  it('writes each answer when there is one, while other messages come and go', async () => {
    cli.say(question('a'));
    cli.say(question('b'));
    cli.say({ type: 'other', name: 'x' });
    assert.deepEqual(await channel.next(1000), { type: 'other', name: 'x' });
    settle.get('b')?.({ of: 'b' });
    await turn();
    settle.get('a')?.({ of: 'a' });
    await turn();
    assert.deepEqual(cli.sent, [{ of: 'b' }, { of: 'a' }]);
  });

  it('withdraws the question that the CLI takes back, and no other', () => {
    cli.say(question('a'));
    cli.say(question('b'));
    cli.say({ type: 'control_cancel_request', request_id: 'a' });
    cli.say({ type: 'control_cancel_request', request_id: 'unknown' });
    assert.deepEqual([signals.get('a')?.aborted, signals.get('b')?.aborted], [true, false]);
  });

  it('withdraws every question when its turn or the process is over', async () => {
    cli.say(question('a'));
    channel.withdraw();
    assert.equal(signals.get('a')?.aborted, true);
    cli.say(question('b'));
    cli.end();
    await turn();
    assert.equal(signals.get('b')?.aborted, true);
  });

  it('tells the CLI when there can be no answer', async () => {
    start(() => Promise.reject(new Error('out of order')));
    cli.say(question('a'));
    await turn();
    assert.match(JSON.stringify(cli.sent), /"subtype":"error","request_id":"a".*out of order/);
  });

  it('forgets what comes before a question, and after its answer, but not that the process has ended', async () => {
    cli.say({ type: 'other', name: 'early' });
    channel.begin();
    cli.say({ type: 'other', name: 'answer' });
    assert.deepEqual(await channel.next(1000), { type: 'other', name: 'answer' });
    cli.say({ type: 'other', name: 'behind' });
    channel.rest();
    cli.say({ type: 'other', name: 'far behind' });
    channel.begin();
    cli.say({ type: 'other', name: 'next answer' });
    assert.deepEqual(await channel.next(1000), { type: 'other', name: 'next answer' });
    channel.rest();
    cli.end();
    await turn();
    channel.begin();
    await assert.rejects(channel.next(1000), { kind: 'cliFailed' });
  });

  it('answers what the CLI asks whether or not there is a question', async () => {
    channel.rest();
    cli.say(question('a'));
    settle.get('a')?.({ of: 'a' });
    await turn();
    assert.deepEqual(cli.sent, [{ of: 'a' }]);
  });
});
