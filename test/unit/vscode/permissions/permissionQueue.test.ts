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

interface Shown {
  readonly command: unknown;
  readonly over: AbortSignal;
  readonly answer: (answer: PermissionAnswer | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** Questions to a person who is played by the test. */
function desk(patienceMs = 60_000) {
  const shown: Shown[] = [];
  const lines: string[] = [];
  let wake = (): void => undefined;
  const questions = createPermissionQueue({
    show: ({ input }, over) =>
      new Promise((answer, fail) => {
        shown.push({ command: input['command'], over, answer, fail });
        wake();
      }),
    onChange: () => undefined,
    log: { ...silentLogger, info: (line) => lines.push(line) },
    patienceMs,
  });
  return {
    questions,
    shown,
    lines,
    /** The one that is shown as number `count`, counted from one. */
    nth: async (count: number): Promise<Shown> => {
      while (shown.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return shown[count - 1]!;
    },
  };
}

describe('questions', () => {
  for (const answer of ['once', 'conversation', 'deny'] as const) {
    it(`pass on the answer "${answer}", and end`, async () => {
      const { questions, nth } = desk();
      const asked = questions.ask(request('ls'), never);
      const shown = await nth(1);
      assert.equal(questions.current?.input['command'], 'ls');
      shown.answer(answer);
      assert.equal(await asked, answer);
      assert.equal(questions.current, undefined);
      assert.ok(shown.over.aborted);
    });
  }

  it('are shown one at a time, in order', async () => {
    const { questions, shown, nth } = desk();
    const asked = ['a', 'b'].map((command) => questions.ask(request(command), never));
    (await nth(1)).answer('once');
    assert.equal(await asked[0], 'once');
    (await nth(2)).answer('deny');
    assert.equal(await asked[1], 'deny');
    assert.deepEqual(
      shown.map(({ command }) => command),
      ['a', 'b'],
    );
  });

  it('stay when they are put aside, and can be shown again', async () => {
    const { questions, nth } = desk();
    const asked = questions.ask(request('ls'), never);
    (await nth(1)).answer(undefined);
    questions.showAgain();
    const again = await nth(2);
    assert.equal(again.command, 'ls');
    assert.ok(!again.over.aborted);
    again.answer('once');
    assert.equal(await asked, 'once');
    questions.showAgain();
    assert.equal(questions.current, undefined);
  });

  it('are denied when nobody answers in time', async () => {
    const { questions, nth, lines } = desk(10);
    const asked = questions.ask(request('ls'), never);
    const shown = await nth(1);
    assert.equal(await asked, 'deny');
    assert.ok(shown.over.aborted);
    assert.match(lines.at(-1)!, /nobody answered in time: Bash$/);
  });

  it('are withdrawn when their request ends, and a late answer changes nothing', async () => {
    const { questions, nth, lines } = desk();
    const client = new AbortController();
    const asked = questions.ask(request('ls'), client.signal);
    const shown = await nth(1);
    client.abort();
    assert.equal(await asked, 'deny');
    assert.ok(shown.over.aborted);
    shown.answer('once');
    assert.equal(questions.current, undefined);
    assert.match(lines.at(-1)!, /withdrawn, .*: Bash$/);
  });

  it('are never shown when their request ends while another question waits', async () => {
    const { questions, shown, nth } = desk();
    const client = new AbortController();
    const first = questions.ask(request('a'), never);
    const second = questions.ask(request('b'), client.signal);
    const third = questions.ask(request('c'), never);
    const open = await nth(1);
    client.abort();
    assert.equal(await second, 'deny');
    assert.ok(!open.over.aborted);
    open.answer('once');
    assert.equal(await first, 'once');
    (await nth(2)).answer('once');
    assert.equal(await third, 'once');
    assert.deepEqual(
      shown.map(({ command }) => command),
      ['a', 'c'],
    );
  });

  it('that cannot be shown are denied', async () => {
    const { questions, nth, lines } = desk();
    const asked = questions.ask(request('ls'), never);
    (await nth(1)).fail(new Error('no window'));
    assert.equal(await asked, 'deny');
    assert.match(lines.at(-1)!, /could not be shown, Error: no window/);
  });

  it('are in the log, without what a command is given', async () => {
    const { questions, nth, lines } = desk();
    const asked = questions.ask(request('curl secret'), never);
    (await nth(1)).answer('conversation');
    await asked;
    assert.deepEqual(lines, ['[permission] asked (sonnet): Bash']);
  });
});
