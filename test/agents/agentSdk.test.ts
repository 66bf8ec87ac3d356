/** Claude's Agent SDK, which runs Claude Code with this server as its API. Its user's program has a tool. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { devCli } from '../standin/devCli.js';
import { toolReply, type StandInRequest } from '../standin/server.js';
import { createAgentProject, type AgentProject } from '../support/agentProject.js';
import { inheritedEnvironment } from '../support/clientSuite/program.js';
import { recordResults } from '../support/clientSuite/results.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { installedOrSkip } from '../support/install.js';
import { testFile } from '../support/toolchain.js';
import { resultsOf, scriptedModel } from './scriptedModel.js';

const VERSION = '0.3.332';
const TOOL = 'mcp__local__get_weather';
/** The SDK sends the tool only after the model has searched for it. It is seen under another name, like `Edit`. */
const CALLS = [
  { tool: 'ToolSearch_tool', input: { query: `select:${TOOL}`, max_results: 5 } },
  { tool: TOOL, input: { city: 'Köln' } },
];
const ANSWER = 'It is 21 °C in Köln.';

/** The SDK also asks for a title of the session, with a schema. */
const isTitle = ({ body }: StandInRequest): boolean =>
  (body.tools ?? []).some(({ name }) => name === 'StructuredOutput');
const TITLE = toolReply({ id: 'toolu_title', name: 'StructuredOutput', input: { title: 'Weather in Köln' } });

describe("Claude's Agent SDK", function () {
  this.timeout(300_000);
  let folder: string;
  let project: AgentProject | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(600_000);
    folder = await installedOrSkip(this, '@anthropic-ai/claude-agent-sdk', VERSION);
  });
  after(async () => {
    await project?.close();
    await headless?.stop();
  });
  recordResults({ client: "Claude's Agent SDK", api: 'Anthropic Messages', version: () => VERSION });

  it("streams, asks for permission, and calls a tool of the user's program", async () => {
    project = await createAgentProject();
    const agent = scriptedModel(CALLS, ANSWER);
    headless = await startHeadless({
      respond: (request) => (isTitle(request) ? TITLE : agent(request)),
    });
    const child = spawn(process.execPath, [testFile('agents/clients/agentSdk.mjs')], {
      cwd: project.folder,
      env: {
        ...inheritedEnvironment(),
        HOME: project.home,
        USERPROFILE: project.home,
        CLAUDE_CONFIG_DIR: project.home,
        ANTHROPIC_BASE_URL: headless.url,
        ANTHROPIC_AUTH_TOKEN: 'unused',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.end(JSON.stringify({ folder, program: devCli(), prompt: 'How warm is it in Köln?' }));
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0, stderr);
    const { asked, pieces, text, isError } = JSON.parse(stdout) as {
      readonly asked: readonly string[];
      readonly pieces: readonly string[];
      readonly text: string;
      readonly isError: boolean;
    };
    assert.deepEqual([text, isError, asked], [ANSWER, false, [TOOL]]);
    assert.ok(pieces.join('').endsWith(ANSWER));
    const rounds = headless.standIn.requests.filter((request) => !isTitle(request));
    assert.equal(rounds.length, CALLS.length + 1);
    assert.equal(resultsOf(rounds.at(-1)!)[1], '21 °C in Köln');
  });
});
