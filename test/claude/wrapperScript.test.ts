/** A CLI that is started by a script which stays its parent. Ending the script must end the CLI and its commands. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AskPermission } from '../../src/core/permission.js';
import { devCli } from '../standin/devCli.js';
import { toolReply } from '../standin/server.js';
import { answerOf, request, startCliRig, user, type CliRig } from '../support/cliRig.js';
import { sleepInOwnSession } from '../support/ownSession.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

describe('a script that starts the CLI and stays its parent', function () {
  this.timeout(60_000);
  let folder: string;
  let rig: CliRig;

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wrapper-'));
  });
  afterEach(async () => {
    for (const pid of pidsIn(join(folder, 'pids')).filter(isAlive)) process.kill(pid, 'SIGKILL');
    await rig.close({ lenient: true });
    await rm(folder, { recursive: true, force: true });
  });

  /** @param prelude what the script does before it starts the CLI */
  async function start(prelude: string): Promise<void> {
    const cli = join(folder, 'claude');
    await writeFile(cli, `#!/bin/sh\n${prelude}\n'${devCli()}' "$@"\n`, { mode: 0o755 });
    const askPermission: AskPermission = () => Promise.resolve('once');
    const workspace = { permissions: 'acceptEdits', askPermission } as const;
    rig = await startCliRig({ cli, workspace });
  }

  /** What a script does before it starts the CLI, and the command, which notes `notes` more process ids (default: none). */
  interface Case {
    readonly what: string;
    readonly prelude?: string;
    readonly command: (pids: string) => string;
    readonly notes?: number;
  }
  const cases: readonly Case[] = [
    { what: '', command: () => 'exec sleep 1000' },
    { what: ' and ignores SIGTERM', prelude: "trap '' TERM", command: () => 'exec sleep 1000' },
    {
      what: ', and whose command ignores signals,',
      command: () => "trap '' TERM HUP INT\nsleep 1000\nsleep 1000",
    },
    {
      what: ', and whose command starts a session of its own,',
      command: (pids) => `${sleepInOwnSession(pids)} &\nwait`,
      notes: 1,
    },
  ];
  for (const { what, prelude = ':', command, notes = 0 } of cases) {
    it(`leaves neither the CLI nor a command${what} when the server stops`, async () => {
      await start(prelude);
      const pids = join(folder, 'pids');
      const script = join(rig.environment.workspace, 'run.sh');
      await writeFile(script, `#!/bin/sh\necho $$ >>'${pids}'\necho $PPID >>'${pids}'\n${command(pids)}\n`, {
        mode: 0o755,
      });
      rig.standIn.reply(toolReply({ id: 'toolu_1', name: 'Bash', input: { command: './run.sh' } }));
      const abort = new AbortController();
      const answer = answerOf(rig.backend.chat(request([user('go')], { lane: 'workspace' }), abort.signal));
      answer.catch(() => undefined);
      await until('the command runs', () => pidsIn(pids).length === 2 + notes);
      abort.abort();
      await rig.backend.close();
      assert.deepEqual(pidsIn(pids).filter(isAlive), []);
    });
  }
});
