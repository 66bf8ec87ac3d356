import assert from 'node:assert/strict';
import { Channel } from '../../../../src/claude/conversation/channel.js';
import type { ControlAnswer } from '../../../../src/claude/conversation/channelOptions.js';
import type { CliMessage } from '../../../../src/claude/process/incoming.js';
import type { ClaudeProcess, ProcessEnd } from '../../../../src/claude/process/process.js';

/** A fake process: the test reads and writes its messages. */
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

function controlRequest(request_id: string): CliMessage {
  return { type: 'control_request', request_id, request: { subtype: 'can_use_tool' } };
}

/** Waits until all pending callbacks have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('Channel', () => {
  let cli: ReturnType<typeof createProcess>;
  /** Answer functions and abort signals by the id of their control request. */
  let settle: Map<string, (answer: object) => void>;
  let signals: Map<string, AbortSignal>;
  let channel: Channel;

  function start(answer?: ControlAnswer): void {
    cli = createProcess();
    settle = new Map();
    signals = new Map();
    const held: ControlAnswer = ({ request_id }, signal) => {
      signals.set(request_id, signal);
      return new Promise((resolve) => settle.set(request_id, resolve));
    };
    channel = new Channel(cli.process, { answer: answer ?? held, onCrash: () => undefined });
  }
  beforeEach(() => start());

  it('sends each answer as soon as it is ready, and reads other messages meanwhile', async () => {
    cli.say(controlRequest('a'));
    cli.say(controlRequest('b'));
    cli.say({ type: 'other', name: 'x' });
    assert.deepEqual(await channel.next(1000), { type: 'other', name: 'x' });
    settle.get('b')?.({ of: 'b' });
    await settled();
    settle.get('a')?.({ of: 'a' });
    await settled();
    assert.deepEqual(cli.sent, [{ of: 'b' }, { of: 'a' }]);
  });

  it('aborts only the control request that the CLI cancels', () => {
    cli.say(controlRequest('a'));
    cli.say(controlRequest('b'));
    cli.say({ type: 'control_cancel_request', request_id: 'a' });
    cli.say({ type: 'control_cancel_request', request_id: 'unknown' });
    assert.deepEqual([signals.get('a')?.aborted, signals.get('b')?.aborted], [true, false]);
  });

  it('aborts every control request when its turn or the process ends', async () => {
    cli.say(controlRequest('a'));
    channel.abortControlRequests();
    assert.equal(signals.get('a')?.aborted, true);
    cli.say(controlRequest('b'));
    cli.end();
    await settled();
    assert.equal(signals.get('b')?.aborted, true);
  });

  it('sends an error to the CLI when answering fails', async () => {
    start(() => Promise.reject(new Error('out of order')));
    cli.say(controlRequest('a'));
    await settled();
    assert.match(JSON.stringify(cli.sent), /"subtype":"error","request_id":"a".*out of order/);
  });

  it('drops messages before and after a turn, but still reports that the process has ended', async () => {
    cli.say({ type: 'other', name: 'early' });
    channel.startTurn();
    cli.say({ type: 'other', name: 'answer' });
    assert.deepEqual(await channel.next(1000), { type: 'other', name: 'answer' });
    cli.say({ type: 'other', name: 'behind' });
    channel.ignoreMessages();
    cli.say({ type: 'other', name: 'far behind' });
    channel.startTurn();
    cli.say({ type: 'other', name: 'next answer' });
    assert.deepEqual(await channel.next(1000), { type: 'other', name: 'next answer' });
    channel.ignoreMessages();
    cli.end();
    await settled();
    channel.startTurn();
    await assert.rejects(channel.next(1000), { kind: 'cliFailed' });
  });

  it('answers control requests outside a turn', async () => {
    channel.ignoreMessages();
    cli.say(controlRequest('a'));
    settle.get('a')?.({ of: 'a' });
    await settled();
    assert.deepEqual(cli.sent, [{ of: 'a' }]);
  });
});
