import assert from 'node:assert/strict';
import { startHeadless, type Headless } from '../support/headless.js';
import { createLedger } from './ledger.js';
import { randomScripts } from './script.js';
import { play, type WhileUp } from './talker.js';

const SOAK = process.env['SOAK'] === '1';
/** Repeats a run: `SEED=123 npm test -- e2e`. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const CONVERSATIONS = SOAK ? 1000 : 40;
/** None begins after that, so that a slow machine tests less rather than for ever. The soak test has no such bound. */
const BEGIN_MS = SOAK ? Number.POSITIVE_INFINITY : 18_000;
const AT_ONCE = 3;
/** The program is started again after some conversations and then after every so many, in the midst of others. */
const RESTART_FIRST = 3;
const RESTART_EVERY = SOAK ? 50 : 12;

/** Lets work be done while the program is up, and the program be exchanged while no work is under way. */
class Door {
  readonly #url: () => string;
  readonly #inside = new Set<Promise<unknown>>();
  #shut: Promise<void> | undefined;

  constructor(url: () => string) {
    this.#url = url;
  }

  readonly whileUp: WhileUp = async (work) => {
    while (this.#shut !== undefined) await this.#shut;
    const done = work(this.#url());
    const settled = done.catch(() => undefined).finally(() => this.#inside.delete(settled));
    this.#inside.add(settled);
    return done;
  };

  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#shut !== undefined) await this.#shut;
    this.#shut = Promise.all(this.#inside)
      .then(work)
      .finally(() => {
        this.#shut = undefined;
      });
    await this.#shut;
  }
}

describe('random conversations', function () {
  this.timeout(SOAK ? 4 * 3_600_000 : 300_000);

  it('reach the model exactly as their clients sent them, and no one ever gets another’s words', async () => {
    console.log(`      seed ${SEED}`);
    const ledger = createLedger();
    const scripts = randomScripts(SEED, CONVERSATIONS);
    // Keeps the waits between the CLI's own attempts short.
    let headless: Headless = await startHeadless({
      respond: ledger.respond,
      env: { CLAUDE_CODE_MAX_RETRIES: '1' },
    });
    const door = new Door(() => headless.url);
    const begun = performance.now();
    const played: string[] = [];
    const failures: string[] = [];
    let restarts = 0;

    async function talkInTurn(): Promise<void> {
      while (performance.now() - begun < BEGIN_MS && failures.length === 0) {
        const script = scripts.shift();
        if (script === undefined) return;
        const name = `conversation ${CONVERSATIONS - scripts.length}`;
        try {
          await play(script, name, ledger, door.whileUp);
        } catch (error) {
          failures.push(`${name}: ${String(error)}\n${JSON.stringify(script)}`);
        }
        played.push(name);
        if (played.length % RESTART_EVERY !== RESTART_FIRST) continue;
        await door.alone(async () => {
          if (restarts++ % 2 === 0) await headless.kill('SIGKILL');
          headless = await headless.again();
        });
      }
    }

    try {
      await Promise.all(Array.from({ length: AT_ONCE }, talkInTurn));
    } finally {
      await headless.stop({ lenient: true });
    }
    const { requests, continued, complaints } = ledger;
    console.log(
      `      ${played.length} conversations, ${requests} requests, ${continued} of them continued in a live process, ` +
        `${restarts} restarts, ${complaints.length} leaks`,
    );
    assert.deepEqual(complaints, []);
    assert.deepEqual(failures, []);
    assert.ok(continued > 0, 'no process was ever used again');
  });
});
