/** The real backend on a fake CLI. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClaudeBackend, type BackendLimits, type ClaudeBackend } from '../../src/claude/backend.js';
import type { ChatError, ErrorKind } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/log.js';
import { fakeCli, type FakeScript } from '../support/fakeCli.js';
import { answerOf, never, request, user } from '../support/cliRig.js';
import { isAlive, pidsIn } from '../support/processes.js';
import { until } from '../support/until.mjs';

/** A question that the fake can be asked. */
export const HI = request([user('hi')], { model: 'default' });

export interface FakeRig {
  readonly backend: ClaudeBackend;
  /** Where the fake leaves its files. */
  readonly folder: string;
  /** What was logged, each line behind its level. */
  readonly log: readonly string[];
  /** Processes of the fake, the dead ones too. */
  pids(): number[];
  /** What the fake has started. */
  grandchildren(): number[];
  /** Lets a fake go on that waits for that file. */
  put(file: string): void;
  /** Asks, and expects an error. */
  fails(kind: ErrorKind, message: RegExp): Promise<void>;
  /** Ends everything; rejects when a process is left. */
  close(): Promise<void>;
}

/** Starts a backend without spares. Needs a system that knows `#!`. */
export async function startFake(script: FakeScript, limits: Partial<BackendLimits> = {}): Promise<FakeRig> {
  const fake = await fakeCli(script);
  const { folder } = fake;
  const log: string[] = [];
  const lines = (level: string) => (line: string) => void log.push(`${level} ${line}`);
  const logger: Logger = {
    trace: () => undefined,
    debug: lines('debug'),
    info: lines('info'),
    warn: lines('warn'),
    error: lines('error'),
  };
  const backend = createClaudeBackend({
    claudePath: fake.path,
    folder,
    env: process.env,
    log: logger,
    version: '0.0.0',
    limits: { keepSpares: 'never', ...limits },
  });
  const pids = (): number[] => pidsIn(join(folder, 'pids'));
  const grandchildren = (): number[] => pidsIn(join(folder, 'grandchild'));
  return {
    backend,
    folder,
    log,
    pids,
    grandchildren,
    put: (file) => writeFileSync(join(folder, file), ''),
    async fails(kind, message) {
      await assert.rejects(answerOf(backend.chat(HI, never())), (error: ChatError) => {
        assert.equal(error.kind, kind, error.message);
        assert.match(error.message, message);
        return true;
      });
    },
    async close() {
      await backend.close();
      const left = (): number[] => [...pids(), ...grandchildren()].filter(isAlive);
      try {
        await until('nothing is left', () => left().length === 0);
      } finally {
        for (const pid of left()) process.kill(pid, 'SIGKILL');
        await fake.dispose();
      }
    },
  };
}
