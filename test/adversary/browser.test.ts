/** Attacks of web pages in a real browser. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { EndpointSettings } from '../../src/server/server.js';
import { until } from '../support/until.mjs';
import { createFakeBackend, DONE, says, SONNET, text } from '../support/fakeBackend.js';
import { type Rig, startRig, stopRigs } from '../support/endpointRig.js';
import { type Arrival, type Arrivals, watchArrivals } from './arrivals.js';
import { openChromium } from './chromium.js';
import {
  attackFrom,
  type Attacker,
  type HostilePage,
  hostilePages,
  localPage,
  otherSite,
  type Readings,
  startAttacker,
  startOpenServer,
} from './hostilePages.js';

/** Part of every answer that is worth reading: of the model's name and of its text. */
const SECRET = 'canary-of-an-answer';
/** Fewer attacks mean that some were not carried out. */
const MIN_ATTACKS = 97;
/** All attacks have arrived at the open server when nothing has arrived for this long. */
const QUIET_MS = 500;
const ARRIVE_MS = 20_000;
const VERDICT_MS = 10_000;
/** The status of a request whose client disconnected, in the endpoint's records. */
const CLIENT_DISCONNECTED = 499;
/** The browser itself requests it when a window shows a response of the server, also an error. Pages cannot. */
const FAVICON = '/favicon.ico';

/**
 * What a page of another local server may do: requests with an `Origin` that a program of the page sends, and whose
 * replies the page may read. Not: forms, beacons, images, frames, and bodies in other formats than JSON and text.
 */
const ALLOWED = [
  'cssFont: GET /api/tags',
  'eventSource: GET /api/tags',
  'eventSourceCredentials: GET /api/tags',
  'fetchDelete: DELETE /api/delete',
  'fetchGet: GET /api/tags',
  'fetchGetCredentials: GET /api/tags',
  'fetchGetHeader: GET /api/tags',
  'fetchGetModels: GET /v1/models',
  'fetchGetUnknown: GET /nope',
  'fetchGetVersion: GET /api/version',
  'fetchHead: HEAD /api/tags',
  'fetchPostBearer: POST /api/chat',
  'fetchPostJson: POST /api/chat',
  'fetchPostText: POST /api/chat',
  'fetchPostTypeless: POST /api/chat',
  'imageAnonymous: GET /api/tags',
  'moduleImport: GET /api/tags',
  'modulePreload: GET /api/tags',
  'scriptModule: GET /api/tags',
  'xhrGet: GET /api/tags',
  'xhrPostJson: POST /api/chat',
  'xhrPostText: POST /api/chat',
];
const READABLE = [
  'fetchGet',
  'fetchGetHeader',
  'fetchGetModels',
  'fetchPostBearer',
  'fetchPostJson',
  'fetchPostText',
  'fetchPostTypeless',
  'xhrGet',
  'xhrPostJson',
  'xhrPostText',
];

interface Attack {
  readonly readings: Readings;
  readonly arrived: readonly Arrival[];
}

describe('web pages in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let attacker: Attacker;
  let folder: string;
  /** The attacks that the browser carries out on a server that allows everything. */
  let possible: ReadonlySet<string>;
  const cleanups: (() => Promise<unknown>)[] = [];
  const totals = { arrived: 0, reached: 0, read: 0 };

  before(async function () {
    const opened = await openChromium();
    if (typeof opened === 'string') {
      console.log(`    skipped: attacks from a browser, because ${opened}`);
      this.skip();
    }
    browser = opened;
    cleanups.push(() => browser.close());
    attacker = await startAttacker();
    cleanups.push(() => attacker.close());
    folder = await mkdtemp(join(tmpdir(), 'claude-adversary-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    possible = await attackOpenServer();
  });
  afterEach(stopRigs);
  after(async () => {
    for (const cleanUp of cleanups) await cleanUp();
    if (possible === undefined) return;
    const { arrived, reached, read } = totals;
    console.log(`    ${arrived} attacks arrived; ${reached} got past the guard, ${read} read an answer`);
    assert.ok(arrived >= MIN_ATTACKS);
  });

  async function attackOpenServer(): Promise<ReadonlySet<string>> {
    const open = await startOpenServer(SECRET);
    const arrivals = watchArrivals(open.port);
    const readings = await attackFrom(browser, otherSite(attacker), open.port, attacker, () =>
      untilQuiet(arrivals),
    );
    arrivals.stop();
    await open.close();
    assert.ok(
      readingsOf(SECRET, { readings, arrived: [] }).length > 5,
      'the pages read nothing, not even from the open server',
    );
    return namesOf(arrivals.all);
  }

  function start(settings: Partial<EndpointSettings> = {}): Promise<Rig> {
    const backend = createFakeBackend([{ ...SONNET, value: SECRET }]);
    backend.script = says(text(SECRET), DONE);
    const names = { defaultModel: '', unknown: 'default', aliases: {} } as const;
    return startRig({ backend, settings: { names, ...settings } });
  }

  /** Runs every attack from that page. Fails unless all possible attacks arrive. */
  async function attack(rig: Rig, page: HostilePage): Promise<Attack> {
    const arrivals = watchArrivals(rig.port);
    const readings = await attackFrom(browser, page, rig.port, attacker, () =>
      untilArrived(arrivals, possible),
    );
    arrivals.stop();
    await Promise.all(arrivals.all.map(({ closed }) => closed));
    return { readings, arrived: arrivals.all };
  }

  /**
   * The requests that the guard let through. If a client did not wait, the verdict can come after its connection is
   * closed, because the server first looks up the connection's user.
   */
  async function pastGuard(rig: Rig, arrived: readonly Arrival[]): Promise<Arrival[]> {
    const refused = (): Set<number> =>
      new Set(rig.lines.flatMap((line) => /^debug #(\d+) refused: /.exec(line)?.[1] ?? []).map(Number));
    const past = (): Arrival[] => {
      const numbers = refused();
      return arrived.filter(({ number, path }) => !numbers.has(number) && path !== FAVICON);
    };
    const answered = (): Set<number> =>
      new Set(rig.records.filter(({ status }) => status !== CLIENT_DISCONNECTED).map(({ id }) => id));
    const decided = (): boolean => {
      const numbers = answered();
      return past().every(({ number }) => numbers.has(number));
    };
    // A request that got in and was then dropped also counts as let through.
    await until('a verdict on every request', decided, { timeoutMs: VERDICT_MS }).catch(() => undefined);
    return past();
  }

  async function assertAllRefused(rig: Rig, page: HostilePage): Promise<void> {
    const result = await attack(rig, page);
    const past = await pastGuard(rig, result.arrived);
    const read = readingsOf(SECRET, result);
    totals.arrived += namesOf(result.arrived).size;
    totals.reached += past.length;
    totals.read += read.length;
    assert.deepEqual(past, []);
    assert.deepEqual(read, []);
    assert.deepEqual(rig.backend.requests, []);
    // After DNS rebinding the browser takes the page for the server's own, so it can read that it was refused.
    if (!page.sameOrigin) assert.deepEqual(readingsOf('', result), []);
  }

  const KINDS = {
    otherSite: 'a page of another site',
    file: 'a page from a file',
    sandboxed: 'a sandboxed frame',
    data: 'a frame with a data: URL',
    rebound: 'a page whose host name now points to this machine (DNS rebinding)',
  } as const;
  for (const [kind, what] of Object.entries(KINDS)) {
    it(`are refused: ${what}`, async () => {
      const pages = await hostilePages(attacker, folder);
      await assertAllRefused(await start(), pages[kind as keyof typeof KINDS]);
    });
  }

  it('of other servers on this machine may send JSON requests by a program, and nothing else', async () => {
    const rig = await start();
    const result = await attack(rig, localPage(attacker));
    const passed = (await pastGuard(rig, result.arrived)).filter(({ method }) => method !== 'OPTIONS');
    assert.deepEqual(
      passed.map(({ attack, method, path }) => `${attack}: ${method} ${path}`).sort(),
      ALLOWED,
    );
    assert.deepEqual(readingsOf(SECRET, result).sort(), READABLE);
    assert.equal(
      rig.backend.requests.length,
      ALLOWED.filter((attack) => attack.includes('/api/chat')).length,
    );
    console.log(`    ${passed.length} of ${possible.size} attacks of a local page are allowed, as intended`);
  });

  it('of other servers on this machine are refused while workspace models are available', async () => {
    await assertAllRefused(await start({ lanes: ['chat', 'workspace'] }), localPage(attacker));
  });
});

const namesOf = (arrived: readonly Arrival[]): Set<string> =>
  new Set(arrived.map(({ attack }) => attack).filter((attack) => attack !== ''));

/** The attacks that read a response with that text. */
const readingsOf = (text: string, { readings }: Attack): string[] =>
  Object.keys(readings).filter((attack) => readings[attack]?.includes(text) === true);

/** Resolves when nothing has arrived for a while. */
async function untilQuiet(arrivals: Arrivals): Promise<void> {
  let last = -1;
  while (last !== arrivals.all.length) {
    last = arrivals.all.length;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
}

/** Resolves when all of these attacks have arrived. @throws AssertionError that names the missing ones, after 20 s */
async function untilArrived(arrivals: Arrivals, wanted: ReadonlySet<string>): Promise<void> {
  const end = performance.now() + ARRIVE_MS;
  const missing = (): string[] => [...wanted].filter((attack) => !arrivals.attacks().has(attack));
  while (missing().length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(missing(), [], 'these attacks did not arrive');
}
