/** An endpoint with stages that a test can make fail, and a check that nothing else is affected. */
import assert from 'node:assert/strict';
import type { ChatBackend } from '../../src/core/backend.js';
import type { EndpointSettings } from '../../src/server/server.js';
import { createFakeBackend, DONE, text } from '../support/fakeBackend.js';
import { chat, linesOf, nextChunk, type Rig, startRig, USER_HI } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

/** What runs at each stage. A test replaces a function by one that throws. */
export interface Stages {
  settings(): void;
  models(): void;
  /** Replaces `backend.chat`. */
  chat: ChatBackend['chat'] | undefined;
  watch(): void;
  phase(): void;
  decided(): void;
  end(): void;
  request(): void;
  activity(): void;
  log(): void;
}

const noop = (): void => undefined;
const working: Stages = {
  settings: noop,
  models: noop,
  chat: undefined,
  watch: noop,
  phase: noop,
  decided: noop,
  end: noop,
  request: noop,
  activity: noop,
  log: noop,
};

/** Throws, as a failing stage does. */
export function defect(): never {
  throw new Error('a defect');
}

export interface FaultyRig {
  readonly rig: Rig;
  /** Changed by the test. Initially, none fails. */
  readonly stages: Stages;
}

/** Starts a test endpoint that calls the current functions in `stages`. */
export async function startFaultyRig(): Promise<FaultyRig> {
  const stages = { ...working };
  const fake = createFakeBackend();
  // A getter, so that the stage runs whenever the settings are read.
  const settings: Partial<EndpointSettings> = {
    get token() {
      stages.settings();
      return undefined;
    },
    allowOtherUsers: false,
  };
  const backend = {
    ...fake,
    models() {
      stages.models();
      return fake.models();
    },
    chat(...args: Parameters<ChatBackend['chat']>) {
      if (stages.chat !== undefined) return stages.chat(...args);
      args[2]?.permissionDecided('denied: Bash');
      return fake.chat(...args);
    },
  };
  const rig = await startRig({
    settings,
    backend,
    observeChat() {
      stages.watch();
      return {
        phase: () => stages.phase(),
        permissionDecided: () => stages.decided(),
        end: () => stages.end(),
      };
    },
    onRequest: () => stages.request(),
    onActivity: () => stages.activity(),
    onLine: () => stages.log(),
  });
  fake.script = async function* () {
    await Promise.resolve();
    yield text('Hello');
    yield DONE;
  };
  // A test that sets the script sets that of the inner backend.
  Object.defineProperty(backend, 'script', {
    set(script: typeof fake.script) {
      fake.script = script;
    },
  });
  return { rig, stages };
}

/**
 * Runs `work` while another chat is streaming, and checks that nothing else is affected: the other chat completes, no chat
 * stays active, and the next one is answered.
 */
export async function duringAnotherChat(
  { rig, stages }: FaultyRig,
  work: () => Promise<void>,
): Promise<void> {
  let release = noop;
  const held = new Promise<void>((resolve) => (release = resolve));
  let started = false;
  rig.backend.script = async function* () {
    if (started) {
      yield text('Hello');
      yield DONE;
      return;
    }
    started = true;
    yield text('Hel');
    await held;
    yield text('lo');
    yield DONE;
  };
  const body = JSON.stringify({ model: 'claude-sonnet', messages: USER_HI });
  const other = await fetch(`${rig.url}/api/chat`, { method: 'POST', body });
  const reader = other.body!.getReader();
  assert.match((await nextChunk(reader))!, /"content":"Hel"/);
  await work();
  release();
  let rest = '';
  for (let more = await nextChunk(reader); more !== undefined; more = await nextChunk(reader)) rest += more;
  assert.match(rest, /"content":"lo"[^]*"done":true[^\n]*\n$/);
  await until('no request is running', () => rig.endpoint.activity().running === 0);
  Object.assign(stages, working);
  const next = await chat(rig);
  assert.equal(linesOf(next.body).at(-1)?.['done'], true);
  assert.deepEqual(rig.endpoint.activity().running, 0);
  const { records } = rig;
  assert.equal(new Set(records.map(({ id }) => id)).size, records.length, 'a request was recorded twice');
}
