/** An endpoint each of whose stages can be made to fail, and a look at what that has harmed. */
import assert from 'node:assert/strict';
import type { ChatBackend } from '../../src/core/backend.js';
import type { EndpointSettings } from '../../src/server/server.js';
import { createFakeBackend, DONE, text } from '../support/fakeBackend.js';
import { chat, linesOf, nextChunk, type Rig, startRig, USER_HI } from '../support/endpointRig.js';
import { until } from '../support/until.mjs';

/** What is done at each stage; a defect there is a function that throws. */
export interface Stages {
  settings(): void;
  models(): void;
  /** What `backend.chat` does. */
  chat: ChatBackend['chat'] | undefined;
  watch(): void;
  phase(): void;
  decided(): void;
  end(): void;
  request(): void;
  activity(): void;
  log(): void;
}

const nothing = (): void => undefined;
const sound: Stages = {
  settings: nothing,
  models: nothing,
  chat: undefined,
  watch: nothing,
  phase: nothing,
  decided: nothing,
  end: nothing,
  request: nothing,
  activity: nothing,
  log: nothing,
};

/** What fails throws this. */
export function defect(): never {
  throw new Error('a defect');
}

export interface Faulty {
  readonly rig: Rig;
  /** Changed by the test; all sound at first. */
  readonly stages: Stages;
}

/** A rig whose stages are what `stages` says at the moment. */
export async function startFaulty(): Promise<Faulty> {
  const stages = { ...sound };
  const fake = createFakeBackend();
  // Read one by one for every request, as a spread does.
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
      args[2]?.decided('denied: Bash');
      return fake.chat(...args);
    },
  };
  const rig = await startRig({
    settings,
    backend,
    watch() {
      stages.watch();
      return {
        phase: () => stages.phase(),
        decided: () => stages.decided(),
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
  // What a test changes is the script of the backend that is asked.
  Object.defineProperty(backend, 'script', {
    set(script: typeof fake.script) {
      fake.script = script;
    },
  });
  return { rig, stages };
}

/**
 * Does that while another chat is in the midst of its answer, and looks that nothing else has been harmed: that chat
 * comes to its end, nothing is left at work, and the next one is answered.
 */
export async function besideAnother({ rig, stages }: Faulty, work: () => Promise<void>): Promise<void> {
  let release = nothing;
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun = false;
  rig.backend.script = async function* () {
    if (begun) {
      yield text('Hello');
      yield DONE;
      return;
    }
    begun = true;
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
  Object.assign(stages, sound);
  const next = await chat(rig);
  assert.equal(linesOf(next.body).at(-1)?.['done'], true);
  assert.deepEqual(rig.endpoint.activity().running, 0);
  const { records } = rig;
  assert.equal(new Set(records.map(({ id }) => id)).size, records.length, 'a request was recorded twice');
}
