/** The tests of a client program: one for each feature. */
import type { StandInRequest } from '../../standin/server.js';
import { startHeadless, type Headless } from '../headless.js';
import { preparedOrSkip } from '../programCache.js';
import { FEATURES, type Feature, type FeatureName } from './features.js';
import { startProgram, type ClientProgram, type Command } from './program.js';
import { recordResults } from './results.js';
import { promptOf, scriptedAnswer } from './scriptedAnswers.js';

/** How long installing or building a client may take. */
const PREPARE_MS = 900_000;
const TEST_MS = 120_000;

export interface ClientSuite {
  /** The client and its language, such as `ollama (Python)`. */
  readonly client: string;
  /** The API that it uses, such as `Ollama`. */
  readonly api: string;
  readonly features: readonly FeatureName[];
  /** Features that the client lacks or that its own fault breaks: the reason, with the library's file and line. */
  readonly without?: Readonly<Partial<Record<FeatureName, string>>>;
  /**
   * Finds the toolchain and downloads the client.
   * @throws Error with the reason if the client cannot be had on this machine, which skips the tests
   */
  readonly prepare: () => Promise<Command>;
  /** Compiles the client program. An error fails the tests. */
  readonly build?: () => Promise<void>;
}

export function describeClient({ client, api, features, without = {}, prepare, build }: ClientSuite): void {
  describe(`${client} with ${api}`, function () {
    this.timeout(TEST_MS);
    let headless: Headless | undefined;
    let program: ClientProgram | undefined;

    before(async function () {
      this.timeout(PREPARE_MS);
      const command = await preparedOrSkip(this, client, prepare);
      await build?.();
      headless = await startHeadless({
        args: ['--unknown-models', 'reject'],
        respond: scriptedAnswer,
      });
      program = startProgram(command, { url: headless.url, features });
    });
    after(async () => {
      await program?.stop();
      await headless?.stop();
    });
    recordResults({ client, api, version: () => program?.version() ?? '' });

    for (const name of features) {
      const feature: Feature = FEATURES[name];
      it(feature.title, async () => {
        const observed = await program!.observed(name);
        await feature.verify(observed, requestsOf(name, headless!));
      });
    }
    for (const [name, reason] of Object.entries(without)) {
      it(FEATURES[name as FeatureName].title, function () {
        console.log(`      skipped: ${reason}`);
        this.skip();
      });
    }
  });
}

/** The requests of a feature that reached the API. */
const requestsOf = (name: FeatureName, { standIn }: Headless): readonly StandInRequest[] =>
  standIn.requests.filter((request) => (promptOf(request) ?? '').replace(/Next$/, '') === name);
