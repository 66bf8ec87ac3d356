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
    show: ({ input }, closed) =>
      new Promise((answer, fail) => {
        shown.push({ command: input['command'], closed, answer, fail });
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
      assert.equal(queue.current?.input['command'], 'ls');
      shown.answer(answer);
      assert.equal(await answered, answer);
      assert.equal(queue.current, undefined);
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
    assert.equal(queue.current, undefined);
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
    assert.equal(queue.current, undefined);
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
});
