import assert from 'node:assert/strict';
import { silentLogger } from '../../../../src/core/log.js';
import type { PermissionAnswer, PermissionRequest } from '../../../../src/core/permission.js';
import { createPermissionQueue } from '../../../../src/vscode/permissions/permissionQueue.js';

const request = (command: string): PermissionRequest => ({
  tool: 'Bash',
  input: { command },
  folder: '/code/shop',
  model: 'sonnet',
});
const never = new AbortController().signal;

interface ShownRequest {
  readonly command: unknown;
  /** Resolves to the answer that the user gives with a command. */
  readonly nextCommand: () => Promise<PermissionAnswer>;
  readonly closed: AbortSignal;
  readonly answer: (answer: PermissionAnswer | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** A queue whose user is the test. */
function createQueue(timeoutMs = 60_000) {
  const shown: ShownRequest[] = [];
  const lines: string[] = [];
  let wake = (): void => undefined;
  const queue = createPermissionQueue({
    show: ({ input }, nextCommand, closed) =>
      new Promise((answer, fail) => {
        shown.push({ command: input['command'], nextCommand, closed, answer, fail });
        void nextCommand().then(answer);
        wake();
      }),
    onChange: () => undefined,
    log: { ...silentLogger, info: (line) => lines.push(line) },
    timeoutMs,
  });
  return {
    queue,
    shown,
    lines,
    /** Waits for the request that is shown as number `count`, counted from 1. */
    nth: async (count: number): Promise<ShownRequest> => {
      while (shown.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return shown[count - 1]!;
    },
  };
}

describe('PermissionQueue', () => {
  for (const answer of ['once', 'conversation', 'deny'] as const) {
    it(`resolves to the answer "${answer}" and closes the request`, async () => {
      const { queue, nth } = createQueue();
      const answered = queue.ask(request('ls'), never);
      const shown = await nth(1);
      assert.equal(queue.pending[0]?.input['command'], 'ls');
      shown.answer(answer);
      assert.equal(await answered, answer);
      assert.deepEqual(queue.pending, []);
      assert.ok(shown.closed.aborted);
    });
  }

  it('shows requests one at a time, in order', async () => {
    const { queue, shown, nth } = createQueue();
    const answered = ['a', 'b'].map((command) => queue.ask(request(command), never));
    (await nth(1)).answer('once');
    assert.equal(await answered[0], 'once');
    (await nth(2)).answer('deny');
    assert.equal(await answered[1], 'deny');
    assert.deepEqual(
      shown.map(({ command }) => command),
      ['a', 'b'],
    );
  });

  it('keeps a request that was dismissed, and can show it again', async () => {
    const { queue, nth } = createQueue();
    const answered = queue.ask(request('ls'), never);
    (await nth(1)).answer(undefined);
    queue.showAgain();
    const again = await nth(2);
    assert.equal(again.command, 'ls');
    assert.ok(!again.closed.aborted);
    again.answer('once');
    assert.equal(await answered, 'once');
    queue.showAgain();
    assert.deepEqual(queue.pending, []);
  });

  it('denies a request that times out', async () => {
    const { queue, nth, lines } = createQueue(10);
    const answered = queue.ask(request('ls'), never);
    const shown = await nth(1);
    assert.equal(await answered, 'deny');
    assert.ok(shown.closed.aborted);
    assert.match(lines.at(-1)!, /timed out without an answer: Bash$/);
  });

  it('withdraws a permission request when the chat request ends, and ignores a late answer', async () => {
    const { queue, nth, lines } = createQueue();
    const client = new AbortController();
    const answered = queue.ask(request('ls'), client.signal);
    const shown = await nth(1);
    client.abort();
    assert.equal(await answered, 'deny');
    assert.ok(shown.closed.aborted);
    shown.answer('once');
    assert.deepEqual(queue.pending, []);
    assert.match(lines.at(-1)!, /withdrawn, .*: Bash$/);
  });

  it('does not show a queued permission request whose chat request has ended', async () => {
    const { queue, shown, nth } = createQueue();
    const client = new AbortController();
    const first = queue.ask(request('a'), never);
    const second = queue.ask(request('b'), client.signal);
    const third = queue.ask(request('c'), never);
    const open = await nth(1);
    client.abort();
    assert.equal(await second, 'deny');
    assert.ok(!open.closed.aborted);
    open.answer('once');
    assert.equal(await first, 'once');
    (await nth(2)).answer('once');
    assert.equal(await third, 'once');
    assert.deepEqual(
      shown.map(({ command }) => command),
      ['a', 'c'],
    );
  });

  it('denies a request that cannot be shown', async () => {
    const { queue, nth, lines } = createQueue();
    const answered = queue.ask(request('ls'), never);
    (await nth(1)).fail(new Error('no window'));
    assert.equal(await answered, 'deny');
    assert.match(lines.at(-1)!, /could not be shown, Error: no window/);
  });

  it('logs a request without the command', async () => {
    const { queue, nth, lines } = createQueue();
    const answered = queue.ask(request('curl secret'), never);
    (await nth(1)).answer('conversation');
    await answered;
    assert.deepEqual(lines, ['[permission] asked (sonnet): Bash']);
  });

  it('lists the requests that wait, the one that is shown first', async () => {
    const { queue, nth } = createQueue();
    const answered = ['a', 'b', 'c'].map((command) => queue.ask(request(command), never));
    const pending = () => queue.pending.map(({ input }) => input['command']);
    await nth(1);
    assert.deepEqual(pending(), ['a', 'b', 'c']);
    queue.answer('once');
    assert.equal(await answered[0], 'once');
    assert.deepEqual(pending(), ['b', 'c']);
    assert.equal((await nth(2)).command, 'b');
    queue.answer('deny');
    assert.equal(await answered[1], 'deny');
    await nth(3);
    queue.answer('deny');
    assert.equal(await answered[2], 'deny');
    assert.deepEqual(pending(), []);
  });

  it('takes the answer of a command, also after the request was dismissed', async () => {
    const { queue, nth } = createQueue();
    const answered = queue.ask(request('ls'), never);
    await nth(1);
    queue.answer('conversation');
    assert.equal(await answered, 'conversation');
    const second = queue.ask(request('rm x'), never);
    const shown = await nth(2);
    shown.answer(undefined);
    queue.showAgain();
    await nth(3);
    queue.answer('deny');
    assert.equal(await second, 'deny');
    queue.answer('once');
  });

  it('ignores the answer of a row whose chat is not the one that is shown', async () => {
    const { queue, nth } = createQueue();
    const answered = queue.ask({ ...request('ls'), label: '#7' }, never);
    await nth(1);
    queue.answer('once', '#8');
    assert.equal(queue.pending.length, 1);
    queue.answer('deny', '#7');
    assert.equal(await answered, 'deny');
  });
});
