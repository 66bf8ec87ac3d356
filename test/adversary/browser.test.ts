/** Web pages of every kind attack the endpoint from a real browser. */
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

/** In every answer that is worth reading: the model's name, its words. */
const SECRET = 'canary-of-an-answer';
/** What the issue asks for. */
const LEAST = 97;
/** How long nothing must arrive at the open server for all to have arrived. */
const QUIET_MS = 500;
const ARRIVE_MS = 20_000;
const VERDICT_MS = 10_000;
/** The status of a request whose client has left, in our records. */
const CLIENT_GONE = 499;
/** The browser asks for it by itself when a window shows an answer of the server, a refusal included. No page can. */
const BROWSERS_OWN = '/favicon.ico';

/**
 * What a local page may do: ask with its origin named, and for anything but reading only after the browser has asked
 * whether it may. Forms, images and frames stay outside, and so does any body that is not declared as JSON.
 */
const LET_IN = [
  'cssFont: GET /api/tags',
  'eventSource: GET /api/tags',
  'eventSourceCredentials: GET /api/tags',
  'fetchDelete: DELETE /api/delete',
  'fetchGet: GET /api/tags',
  'fetchGetCredentials: GET /api/tags',
  'fetchGetModels: GET /v1/models',
  'fetchGetUnknown: GET /nope',
  'fetchGetVersion: GET /api/version',
  'fetchHead: HEAD /api/tags',
  'fetchPostJson: POST /api/chat',
  'imageAnonymous: GET /api/tags',
  'moduleImport: GET /api/tags',
  'modulePreload: GET /api/tags',
  'scriptModule: GET /api/tags',
  'xhrGet: GET /api/tags',
  'xhrPostJson: POST /api/chat',
];
const READABLE = ['fetchGet', 'fetchGetModels', 'fetchPostJson', 'xhrGet', 'xhrPostJson'];

interface Attack {
  readonly readings: Readings;
  readonly arrived: readonly Arrival[];
}

describe('a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let attacker: Attacker;
  let folder: string;
  /** The attacks that a browser carries out on a server that lets everybody in. */
  let possible: ReadonlySet<string>;
  const cleaning: (() => Promise<unknown>)[] = [];
  const totals = { arrived: 0, reached: 0, read: 0 };

  before(async function () {
    const opened = await openChromium();
    if (typeof opened === 'string') {
      console.log(`    skipped: the attacks of a browser, because ${opened}`);
      this.skip();
    }
    browser = opened;
    cleaning.push(() => browser.close());
    attacker = await startAttacker();
    cleaning.push(() => attacker.close());
    folder = await mkdtemp(join(tmpdir(), 'claude-adversary-'));
    cleaning.push(() => rm(folder, { recursive: true }));
    possible = await attackOpenServer();
  });
  afterEach(stopRigs);
  after(async () => {
    for (const clean of cleaning) await clean();
    if (possible === undefined) return;
    const { arrived, reached, read } = totals;
    console.log(`    ${arrived} attacks arrived; ${reached} got past the guard, ${read} read an answer`);
    assert.ok(arrived >= LEAST);
  });

  async function attackOpenServer(): Promise<ReadonlySet<string>> {
    const open = await startOpenServer(SECRET);
    const arrivals = watchArrivals(open.port);
    const readings = await attackFrom(browser, otherSite(attacker), open.port, attacker, () =>
      quiet(arrivals),
    );
    arrivals.stop();
    await open.close();
    assert.ok(readingsOf(SECRET, { readings, arrived: [] }).length > 5, 'nothing can be read anywhere');
    return namesOf(arrivals.all);
  }

  function start(settings: Partial<EndpointSettings> = {}): Promise<Rig> {
    const backend = createFakeBackend([{ ...SONNET, value: SECRET }]);
    backend.script = says(text(SECRET), DONE);
    const names = { defaultModel: '', unknown: 'default', aliases: {} } as const;
    return startRig({ backend, settings: { names, ...settings } });
  }

  /** Every attack from there. All that are possible arrive, or this would mean nothing. */
  async function attack(rig: Rig, page: HostilePage): Promise<Attack> {
    const arrivals = watchArrivals(rig.port);
    const readings = await attackFrom(browser, page, rig.port, attacker, () => all(arrivals, possible));
    arrivals.stop();
    await Promise.all(arrivals.all.map(({ over }) => over));
    return { readings, arrived: arrivals.all };
  }

  /**
   * Which of them the guard let through. Its verdict may come behind the end of a connection whose client did not wait,
   * because it first looks up whose the connection is.
   */
  async function pastGuard(rig: Rig, arrived: readonly Arrival[]): Promise<Arrival[]> {
    const refused = (): Set<number> =>
      new Set(rig.lines.flatMap((line) => /^debug #(\d+) refused: /.exec(line)?.[1] ?? []).map(Number));
    const past = (): Arrival[] => {
      const numbers = refused();
      return arrived.filter(({ number, path }) => !numbers.has(number) && path !== BROWSERS_OWN);
    };
    const answered = (): Set<number> =>
      new Set(rig.records.filter(({ status }) => status !== CLIENT_GONE).map(({ id }) => id));
    const judged = (): boolean => {
      const numbers = answered();
      return past().every(({ number }) => numbers.has(number));
    };
    // Who got in and left does not count as answered either; that is for the caller to see.
    await until('every request is judged', judged, { timeoutMs: VERDICT_MS }).catch(() => undefined);
    return past();
  }

  async function assertNothingGetsIn(rig: Rig, page: HostilePage): Promise<void> {
    const did = await attack(rig, page);
    const past = await pastGuard(rig, did.arrived);
    const read = readingsOf(SECRET, did);
    totals.arrived += namesOf(did.arrived).size;
    totals.reached += past.length;
    totals.read += read.length;
    assert.deepEqual(past, []);
    assert.deepEqual(read, []);
    assert.deepEqual(rig.backend.requests, []);
    // A page whose name was rebound may read that it was refused: to the browser it is the server's own.
    if (!page.sameOrigin) assert.deepEqual(readingsOf('', did), []);
  }

  const KINDS = {
    otherSite: 'a page of another site',
    file: 'a page from a file',
    sandboxed: 'a sandboxed frame',
    data: 'a frame made of a data: address',
    rebound: 'a page whose name was made to point here (DNS rebinding)',
  } as const;
  for (const [kind, what] of Object.entries(KINDS)) {
    it(`gets nowhere from ${what}`, async () => {
      const pages = await hostilePages(attacker, folder);
      await assertNothingGetsIn(await start(), pages[kind as keyof typeof KINDS]);
    });
  }

  it('lets pages of other servers on this machine ask as programs do, and in no other way', async () => {
    const rig = await start();
    const did = await attack(rig, localPage(attacker));
    const asked = (await pastGuard(rig, did.arrived)).filter(({ method }) => method !== 'OPTIONS');
    assert.deepEqual(asked.map(({ attack, method, path }) => `${attack}: ${method} ${path}`).sort(), LET_IN);
    assert.deepEqual(readingsOf(SECRET, did).sort(), READABLE);
    assert.equal(rig.backend.requests.length, 2);
    console.log(`    ${asked.length} of ${possible.size} attacks of a local page are let in, as designed`);
  });

  it('gets nowhere from pages of other servers on this machine while Claude has tools of its own', async () => {
    await assertNothingGetsIn(await start({ lanes: ['chat', 'workspace'] }), localPage(attacker));
  });
});

const namesOf = (arrived: readonly Arrival[]): Set<string> =>
  new Set(arrived.map(({ attack }) => attack).filter((attack) => attack !== ''));

/** The attacks that could read that. */
const readingsOf = (what: string, { readings }: Attack): string[] =>
  Object.keys(readings).filter((attack) => readings[attack]?.includes(what) === true);

/** Resolves when nothing has arrived for a while. */
async function quiet(arrivals: Arrivals): Promise<void> {
  let last = -1;
  while (last !== arrivals.all.length) {
    last = arrivals.all.length;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
}

/** Resolves when all of these have arrived. @throws AssertionError which ones have not, after a while */
async function all(arrivals: Arrivals, wanted: ReadonlySet<string>): Promise<void> {
  const end = performance.now() + ARRIVE_MS;
  const missing = (): string[] => [...wanted].filter((attack) => !arrivals.attacks().has(attack));
  while (missing().length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(missing(), [], 'these attacks did not arrive');
}
