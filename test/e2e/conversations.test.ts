import assert from 'node:assert/strict';
import { startHeadless, type Headless } from '../support/headless.js';
import { createRequestTracker } from './requestTracker.js';
import { randomScenarios } from './scenario.js';
import { runScenario, type WithServer } from './simulatedClient.js';

const SOAK = process.env['SOAK'] === '1';
/** Repeats a run: `SEED=123 npm test -- e2e`. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const CONVERSATIONS = SOAK ? 1000 : 40;
/** No conversation begins after that time, so that a slow machine runs fewer. The soak test has no such limit. */
const LAST_START_MS = SOAK ? Number.POSITIVE_INFINITY : 18_000;
const CLIENTS = 3;
/** The server is restarted after the third conversation and then repeatedly, during other conversations. */
const RESTART_FIRST = 3;
const RESTART_EVERY = SOAK ? 50 : 12;

/** A read-write lock: requests share the server; a restart waits for them and keeps new ones waiting. */
class ServerLock {
  readonly #url: () => string;
  readonly #running = new Set<Promise<unknown>>();
  #exclusive: Promise<void> | undefined;

  constructor(url: () => string) {
    this.#url = url;
  }

  readonly shared: WithServer = async (action) => {
    while (this.#exclusive !== undefined) await this.#exclusive;
    const done = action(this.#url());
    const settled = done.catch(() => undefined).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return done;
  };

  async exclusive(action: () => Promise<void>): Promise<void> {
    while (this.#exclusive !== undefined) await this.#exclusive;
    this.#exclusive = Promise.all(this.#running)
      .then(action)
      .finally(() => {
        this.#exclusive = undefined;
      });
    await this.#exclusive;
  }
}

describe('random conversations', function () {
  this.timeout(SOAK ? 4 * 3_600_000 : 300_000);

  it('reach the model exactly as their clients sent them, and each client gets its own answers', async () => {
    console.log(`      seed ${SEED}`);
    const tracker = createRequestTracker();
    const scenarios = randomScenarios(SEED, CONVERSATIONS);
    let headless: Headless = await startHeadless({
      respond: tracker.respond,
      // Keeps the CLI's own retries short.
      env: { CLAUDE_CODE_MAX_RETRIES: '1' },
    });
    const lock = new ServerLock(() => headless.url);
    const begun = performance.now();
    const failures: string[] = [];
    let conversations = 0;
    let restarts = 0;

    async function client(): Promise<void> {
      while (performance.now() - begun < LAST_START_MS && failures.length === 0) {
        const scenario = scenarios.shift();
        if (scenario === undefined) return;
        const name = `conversation ${CONVERSATIONS - scenarios.length}`;
        try {
          await runScenario(scenario, name, tracker, lock.shared);
        } catch (error) {
          failures.push(`${name}: ${String(error)}\n${JSON.stringify(scenario)}`);
        }
        if (++conversations % RESTART_EVERY !== RESTART_FIRST) continue;
        await lock.exclusive(async () => {
          if (restarts++ % 2 === 0) await headless.kill('SIGKILL');
          headless = await headless.restart();
        });
      }
    }

    try {
      await Promise.all(Array.from({ length: CLIENTS }, client));
    } finally {
      await headless.stop({ lenient: true });
    }
    const { requests, continued, problems } = tracker;
    console.log(
      `      ${conversations} conversations, ${requests} requests, ${continued} of them continued in a running process, ` +
        `${restarts} restarts, ${problems.length} leaks`,
    );
    assert.deepEqual({ problems, failures }, { problems: [], failures: [] });
    assert.ok(continued > 0, 'no request was continued in a running process');
  });
});
