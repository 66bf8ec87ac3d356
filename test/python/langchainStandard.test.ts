/** LangChain's own standard integration tests, which every chat model of LangChain must pass. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startHeadless, type Headless } from '../support/headless.js';
import { inheritedEnvironment } from '../support/clientSuite/program.js';
import { recordResults } from '../support/clientSuite/results.js';
import { preparedOrSkip } from '../support/programCache.js';
import { versionOf } from '../support/toolchain.js';
import { obedientModel } from './obedientModel.js';
import { pythonProgram } from './environment.js';

/** These tests load images and documents from the internet. */
const NEED_THE_INTERNET = 'image or pdf or audio';

const CLASSES = [
  { name: 'ChatOllama', api: 'Ollama', fewest: 20 },
  { name: 'ChatOpenAI', api: 'OpenAI chat', fewest: 20 },
  { name: 'ChatAnthropic', api: 'Anthropic Messages', fewest: 20 },
] as const;

for (const { name, api, fewest } of CLASSES) {
  describe(`LangChain's ${name}`, function () {
    this.timeout(600_000);
    let headless: Headless | undefined;
    let command: Awaited<ReturnType<ReturnType<typeof pythonProgram>>>;

    before(async function () {
      command = await preparedOrSkip(
        this,
        'langchain-tests',
        pythonProgram('langchain_standard', 'standardTests'),
      );
      headless = await startHeadless({ respond: obedientModel });
    });
    after(() => headless?.stop());
    recordResults({
      client: `langchain-tests for ${name}`,
      api,
      version: () =>
        versionOf(command.file, [
          '-c',
          'from importlib.metadata import version; print(version("langchain-tests"))',
        ]),
    });

    it('passes the standard integration tests', async () => {
      const args = [
        ...command.args,
        '-q',
        '-rA',
        '--tb=short',
        '-k',
        `Test${name} and not (${NEED_THE_INTERNET})`,
      ];
      const child = spawn(command.file, args, {
        env: { ...inheritedEnvironment(), ...command.env, CLIENT_URL: headless!.url },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      const [code] = (await once(child, 'close')) as [number | null];
      const tests = output.match(/^(PASSED|FAILED|SKIPPED|XFAIL|ERROR) .*$/gm) ?? [];
      console.log(tests.join('\n').replace(/^/gm, '      '));
      assert.equal(code, 0, output.slice(-6000));
      assert.ok(tests.filter((line) => line.startsWith('PASSED')).length >= fewest);
    });
  });
}
