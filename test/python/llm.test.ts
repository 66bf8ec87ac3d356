/** The command line `llm` with its plugin for Ollama. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StandInRequest } from '../standin/server.js';
import { FEATURES, type Feature, type FeatureName, type Observed } from '../support/clientSuite/features.js';
import {
  ANSWERS,
  IMAGE,
  MODEL,
  PROMPTS,
  SCHEMA,
  SYSTEM,
  TOOL_RESULTS,
} from '../support/clientSuite/inputs.js';
import { recordResults } from '../support/clientSuite/results.js';
import { promptOf, scriptedAnswer } from '../support/clientSuite/scriptedAnswers.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { preparedOrSkip } from '../support/programCache.js';
import { runTool } from '../support/toolchain.js';
import { pythonWith } from './environment.js';

const VERSION = '0.36';

const FUNCTION = `def get_weather(city: str) -> str:
    """The weather of a city."""
    return ${JSON.stringify(TOOL_RESULTS)}[city]
`;

/** An answer in the log of `llm`. */
interface LoggedAnswer {
  readonly tool_calls?: readonly { readonly name: string; readonly arguments: unknown }[];
}

describe('llm with the plugin llm-ollama', function () {
  this.timeout(120_000);
  let python: string;
  let folder: string;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(900_000);
    python = await preparedOrSkip(this, `llm@${VERSION}`, () => pythonWith('llm'));
    folder = await mkdtemp(join(tmpdir(), 'llm-'));
    headless = await startHeadless({ args: ['--unknown-models', 'reject'], respond: scriptedAnswer });
  });
  after(async () => {
    await headless?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  recordResults({ client: 'llm with llm-ollama', api: 'Ollama', version: () => VERSION });

  const llm = async (...args: readonly string[]): Promise<string> =>
    (
      await runTool(python, ['-m', 'llm', ...args], {
        cwd: folder,
        env: { OLLAMA_HOST: headless!.url, LLM_USER_PATH: folder, PYTHONUTF8: '1' },
      })
    ).trim();
  const ask = (prompt: string, ...args: readonly string[]): Promise<string> =>
    llm('prompt', '-m', `ollama/${MODEL}`, ...args, prompt);

  const runs: Readonly<Partial<Record<FeatureName, () => Promise<Observed>>>> = {
    models: async () => ({ models: (await llm('models')).match(/claude-[a-z]+:latest/g) ?? [] }),
    chat: async () => ({ text: await ask(PROMPTS.chat, '--system', SYSTEM) }),
    tool: async () => {
      const text = await ask(PROMPTS.tool, '--functions', FUNCTION);
      const logged = JSON.parse(
        await llm('logs', 'list', '--count', '2', '--json'),
      ) as readonly LoggedAnswer[];
      const calls = logged.flatMap((answer) => answer.tool_calls ?? []);
      return {
        text: text.replace(ANSWERS.beforeCall, '').trim(),
        calls: calls.map(({ name, arguments: values }) => [name, values]),
      };
    },
    schema: async () => ({
      object: JSON.parse(await ask(PROMPTS.schema, '--schema', JSON.stringify(SCHEMA))) as unknown,
    }),
    image: async () => {
      const file = join(folder, 'dot.png');
      await writeFile(file, Buffer.from(IMAGE, 'base64'));
      return { text: await ask(PROMPTS.image, '--attachment', file) };
    },
    history: async () => {
      await ask(PROMPTS.history);
      return { text: await ask(PROMPTS.historyNext, '--continue') };
    },
    apiError: async () => {
      try {
        return { text: await ask(PROMPTS.apiError) };
      } catch (error) {
        return { error: { message: (error as Error).message } };
      }
    },
  };

  const requestsOf = (name: string): readonly StandInRequest[] =>
    headless!.standIn.requests.filter((request) => promptOf(request)?.replace(/Next$/, '') === name);

  for (const [name, run] of Object.entries(runs)) {
    const feature: Feature = FEATURES[name as FeatureName];
    it(feature.title, async () => feature.verify(await run(), requestsOf(name)));
  }
});
