/** aider with the command of Connect a Client: it edits files from the model's text, without tools. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { systemOf, textReply } from '../standin/server.js';
import { BROKEN, createAgentProject, REPAIRED, TASK, type AgentProject } from '../support/agentProject.js';
import { recordResults } from '../support/clientSuite/results.js';
import { commandOf } from '../support/connectGuide.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { preparedOrSkip } from '../support/programCache.js';
import { pythonWith } from './environment.js';

const VERSION = '0.86.2';

/** The edit format "diff". */
const ANSWER = `The sum subtracts.

cart.mjs
\`\`\`
<<<<<<< SEARCH
const total = (prices) => prices.reduce((sum, price) => sum - price, 0);
=======
const total = (prices) => prices.reduce((sum, price) => sum + price, 0);
>>>>>>> REPLACE
\`\`\`
`;
const QUIET = [
  '--yes-always',
  '--no-auto-commits',
  '--no-check-update',
  '--no-analytics',
  '--no-pretty',
  '--no-gitignore',
];

describe('aider', function () {
  this.timeout(300_000);
  let python: string;
  let project: AgentProject | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(900_000);
    python = await preparedOrSkip(this, `aider-chat@${VERSION}`, () => pythonWith('aider'));
  });
  after(async () => {
    await project?.close();
    await headless?.stop();
  });
  recordResults({ client: 'aider', api: 'Ollama', version: () => VERSION });

  it('repairs a program with the edit format of the guide', async () => {
    project = await createAgentProject();
    headless = await startHeadless({ respond: () => textReply(ANSWER) });
    const { folder } = project;
    await promisify(execFile)('git', ['init', '--quiet', '.'], { cwd: folder });
    await promisify(execFile)('git', ['add', '.'], { cwd: folder });
    const { env, words } = commandOf('aider', headless.url);
    const args = ['-m', ...words, ...QUIET, '--map-tokens', '1024', '--message', TASK, 'cart.mjs'];
    await project.run(python, args, {
      ...env,
      AIDER_ANALYTICS: 'false',
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      PYTHONDONTWRITEBYTECODE: '1',
    });
    assert.equal(await project.readSource(), REPAIRED);
    const [request] = headless.standIn.requests;
    assert.ok(request !== undefined);
    const sent = systemOf(request.body) + JSON.stringify(request.body.messages);
    assert.ok(sent.includes(TASK));
    assert.ok(sent.includes(JSON.stringify(BROKEN).slice(1, -1)), 'the file is sent unchanged');
    assert.match(sent, /SEARCH\/REPLACE/);
  });
});
