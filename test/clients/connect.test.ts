/**
 * The texts of Connect a Client, used unchanged: programs are run, configuration is read by its client. The suite agents
 * tests agents with them.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { snippetOf } from '../support/connectGuide.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { textReply } from '../standin/server.js';
import { installedOrSkip } from '../support/install.js';
import { latestRequest } from './apiRequests.js';

/** Inside the repository, so that programs in it find the clients in node_modules. The compiled test is in out/test/clients. */
const OUT = fileURLToPath(new URL('../../connect', import.meta.url));
const TOKEN = randomBytes(32).toString('base64url');
const ANSWER = 'Rayleigh scattering, größtenteils.';
const ADAPTERS = { name: '@continuedev/openai-adapters', version: '1.37.0' };

const run = promisify(execFile);

for (const token of [undefined, TOKEN]) {
  describe(`Connect a Client texts, ${token === undefined ? 'without' : 'with'} a token`, function () {
    this.timeout(60_000);
    let headless: Headless;
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-'));
      const file = join(folder, 'token');
      if (token !== undefined) await writeFile(file, token, { mode: 0o600 });
      headless = await startHeadless({
        args: ['--unknown-models', 'reject', ...(token === undefined ? [] : ['--token-file', file])],
        respond: () => textReply(ANSWER),
      });
      await mkdir(OUT, { recursive: true });
    });
    after(async () => {
      await headless.stop();
      await rm(folder, { recursive: true });
      await rm(OUT, { recursive: true, force: true });
    });

    const snippet = (id: string): string => snippetOf(id, headless.url, { token });

    for (const [id, printed] of [
      ['javascript', ANSWER],
      ['openai', `${ANSWER}\n`],
      ['anthropic', `${ANSWER}\n`],
    ] as const) {
      it(`include a program for ${id} that prints the answer`, async () => {
        const program = join(OUT, `${id}.mjs`);
        await writeFile(program, snippet(id));
        const { stdout } = await run(process.execPath, [program]);
        assert.equal(stdout, printed);
        const { body } = await latestRequest(headless.standIn);
        assert.match(body.model, /sonnet/);
        assert.match(JSON.stringify(body.messages), /Why is the sky blue\?/);
      });
    }

    it('include a curl command that prints the answer', async function () {
      if (process.platform === 'win32') this.skip();
      const { stdout } = await run('sh', ['-c', snippet('curl')]);
      assert.equal((JSON.parse(stdout) as { message: { content: string } }).message.content, ANSWER);
    });

    it('include a Python program with valid syntax', async function () {
      const python = await run('python3', ['--version']).catch(() => undefined);
      if (python === undefined) {
        console.log('      skipped, because there is no python3');
        this.skip();
      }
      await run('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', snippet('python')]);
    });

    it("include a configuration that Continue's loader reads and its adapter uses", async function () {
      this.timeout(600_000);
      const root = await installedOrSkip(this, ADAPTERS.name, ADAPTERS.version);
      const load = async (path: string): Promise<unknown> =>
        import(pathToFileURL(join(root, 'node_modules/@continuedev', path)).href);
      const { parseConfigYaml } = (await load('config-yaml/dist/index.js')) as {
        readonly parseConfigYaml: (text: string) => { models: readonly Record<string, unknown>[] };
      };
      const { constructLlmApi } = (await load('openai-adapters/dist/index.js')) as {
        readonly constructLlmApi: (model: Record<string, unknown> | undefined) => {
          chatCompletionNonStream(
            body: object,
            signal: AbortSignal,
          ): Promise<{ choices: { message: { content: string } }[] }>;
        };
      };
      const { models } = parseConfigYaml(snippet('continue'));
      const [model] = models;
      assert.equal(models.length, 1);
      assert.deepEqual(model?.['capabilities'], ['tool_use', 'image_input']);
      const body = { model: model?.['model'], messages: [{ role: 'user', content: 'hi' }] };
      const answer = await constructLlmApi(model).chatCompletionNonStream(body, new AbortController().signal);
      assert.equal(answer.choices[0]?.message.content, ANSWER);
    });
  });
}
