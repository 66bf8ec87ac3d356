/** The real backend with a fake CLI. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClaudeBackend } from '../../src/claude/backend.js';
import type { BackendLimits, CliBackend } from '../../src/core/cliBackend.js';
import type { ChatError, ErrorKind } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/log.js';
import { fakeCli, type FakeScript } from '../support/fakeCli.js';
import { answerOf, never, request, user } from '../support/cliRig.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

export const HI = request([user('hi')], { model: 'default' });

export interface FakeRig {
  readonly backend: CliBackend;
  /** Where the fake writes its files. */
  readonly folder: string;
  /** The log, each line prefixed with its level. */
  readonly log: readonly string[];
  /** All processes of the fake, including those that have exited. */
  pids(): number[];
  /** All processes that the fake has started. */
  grandchildren(): number[];
  /** Creates a file in the fake's folder, for its step `waitForFile`. */
  createFile(file: string): void;
  /** Sends a request that must fail with this error. */
  fails(kind: ErrorKind, message: RegExp): Promise<void>;
  /** Closes the backend. Rejects if a process is still running afterwards. */
  close(): Promise<void>;
}

/** Starts a backend that prewarms no processes. Does not work on Windows. */
export async function startFake(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<FakeRig> {
  const fake = await fakeCli(script);
  const { folder } = fake;
  const log: string[] = [];
  const logAt = (level: string) => (line: string) => void log.push(`${level} ${line}`);
  const logger: Logger = {
    trace: () => undefined,
    debug: logAt('debug'),
    info: logAt('info'),
    warn: logAt('warn'),
    error: logAt('error'),
  };
  const backend = createClaudeBackend({
    claudePath: fake.path,
    folder,
    env: process.env,
    log: logger,
    version: '0.0.0',
    limits: { prewarm: 'never', ...limits },
  });
  const pids = (): number[] => pidsIn(join(folder, 'pids'));
  const grandchildren = (): number[] => pidsIn(join(folder, 'grandchild'));
  return {
    backend,
    folder,
    log,
    pids,
    grandchildren,
    createFile: (file) => writeFileSync(join(folder, file), ''),
    async fails(kind, message) {
      await assert.rejects(answerOf(backend.chat(HI, never())), (error: ChatError) => {
        assert.equal(error.kind, kind, error.message);
        assert.match(error.message, message);
        return true;
      });
    },
    async close() {
      await backend.close();
      const running = (): number[] => [...pids(), ...grandchildren()].filter(isAlive);
      try {
        await until('all processes have exited', () => running().length === 0);
      } finally {
        for (const pid of running()) process.kill(pid, 'SIGKILL');
        await fake.dispose();
      }
    },
  };
}
