/** Tool calls of a hostile model in the workspace lane with `readOnly`: they are refused, and the model is told. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.js';
import { openChat, textOf, type Line } from '../support/httpClient.js';
import { startHeadless, type Headless } from '../support/headless.js';
import { messageReply, textReply, type StandInRequest, type ToolUseBlock } from '../standin/server.js';

const CANARY = 'canary-of-a-file-outside-4b7e';

interface Call {
  readonly name: string;
  readonly input: JsonObject;
}

/** User and project settings that would allow everything. */
const PERMISSIVE_SETTINGS = {
  permissions: {
    defaultMode: 'bypassPermissions',
    allow: ['Bash(*)', 'Read', 'Write', 'Edit', 'Grep', 'Glob', 'WebFetch', 'WebSearch', 'Task', 'Agent'],
    additionalDirectories: ['/'],
  },
  enableAllProjectMcpServers: true,
  disableAllHooks: true,
};

describe('tool calls of the model in the workspace lane, readOnly', function () {
  this.timeout(180_000);
  let headless: Headless;
  let root: string;
  let workspace: string;
  let outside: Server;
  let url: string;
  let fetched = 0;

  before(async () => {
    outside = createServer((_request, response) => {
      fetched += 1;
      response.end(CANARY);
    });
    outside.listen(0, '127.0.0.1');
    await once(outside, 'listening');
    url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
    root = await mkdtemp(join(tmpdir(), 'claude-lane-'));
    // The folder project-secrets begins with the same name.
    workspace = join(root, 'project');
    for (const folder of ['config', 'project/src', 'project/.claude', 'project-secrets', 'secrets']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    for (const folder of ['project-secrets', 'secrets']) {
      await writeFile(join(root, folder, 'secret.txt'), `${CANARY}\n`);
    }
    await writeFile(join(workspace, 'src/a.txt'), 'inside\n');
    await symlink(join(root, 'secrets'), join(workspace, 'link'));
    await symlink(join(root, 'secrets/secret.txt'), join(workspace, 'src/link.txt'));
    const settings = JSON.stringify(PERMISSIVE_SETTINGS);
    await writeFile(join(root, 'config/settings.json'), settings);
    await writeFile(join(workspace, '.claude/settings.json'), settings);
    await writeFile(
      join(root, 'config/.claude.json'),
      JSON.stringify({ projects: { [workspace]: { hasTrustDialogAccepted: true } } }),
    );
    const server = { command: '/bin/sh', args: ['-c', `touch '${join(root, 'served')}'; cat`] };
    await writeFile(join(workspace, '.mcp.json'), JSON.stringify({ mcpServers: { trap: server } }));
    headless = await startHeadless({
      args: ['--workspace', workspace],
      env: { CLAUDE_CONFIG_DIR: join(root, 'config') },
    });
  });
  after(async () => {
    await headless.stop();
    outside.close();
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  async function chat(
    calls: readonly Call[],
  ): Promise<{ lines: Line[]; requests: readonly StandInRequest[] }> {
    const before = headless.standIn.requests.length;
    const blocks = calls.map((call, n): ToolUseBlock => ({ type: 'tool_use', id: `toolu_${n}`, ...call }));
    headless.standIn.reply(messageReply(blocks), textReply('I cannot.'));
    const stream = await openChat(headless.url, {
      model: 'claude-sonnet:workspace',
      messages: [{ role: 'user', content: `go on ${before}` }],
    });
    const lines = await stream.rest();
    assert.equal(textOf(lines), 'I cannot.');
    return { lines, requests: headless.standIn.requests.slice(before) };
  }

  /** All files except the CLI's own. */
  async function allFiles(): Promise<string[]> {
    const all = await readdir(root, { recursive: true });
    return all.filter((file) => !file.startsWith('config')).sort();
  }

  it('are refused if they change files or use the network', async () => {
    const before = await allFiles();
    const made = join(workspace, 'made');
    const target = join(workspace, 'src/a.txt');
    const { requests } = await chat([
      { name: 'Bash', input: { command: `touch '${made}'; curl ${url}`, description: 'x' } },
      { name: 'Write', input: { file_path: made, content: 'x' } },
      { name: 'Edit', input: { file_path: target, old_string: 'inside', new_string: 'x' } },
      { name: 'MultiEdit', input: { file_path: target, edits: [] } },
      { name: 'NotebookEdit', input: { notebook_path: made, new_source: 'x' } },
      { name: 'WebFetch', input: { url, prompt: 'x' } },
      { name: 'WebSearch', input: { query: 'x' } },
      {
        name: 'Task',
        input: { description: 'x', prompt: `touch ${made}`, subagent_type: 'general-purpose' },
      },
      {
        name: 'Agent',
        input: { description: 'x', prompt: `touch ${made}`, subagent_type: 'general-purpose' },
      },
      { name: 'Skill', input: { skill: 'update-config' } },
      { name: 'EnterWorktree', input: { name: 'made' } },
      { name: 'CronCreate', input: { cron: '* * * * *', prompt: 'x' } },
      { name: 'mcp__trap__anything', input: {} },
      { name: 'mcp__client__anything', input: {} },
    ]);
    assertAllRefused(requests, 14, /No such tool available|not allowed|No such tool/);
    assert.deepEqual(await allFiles(), before);
    assert.equal(await readFile(target, 'utf8'), 'inside\n');
    assert.equal(fetched, 0);
    console.log('    14 calls that change files or use the network: all refused, no files, no requests');
  });

  it('are refused if they read outside the folder, by any spelling of the path', async () => {
    const secret = join(root, 'secrets/secret.txt');
    const neighbour = join(root, 'project-secrets/secret.txt');
    const calls: Call[] = [
      ...[
        secret,
        neighbour,
        '../secrets/secret.txt',
        'src/../../secrets/secret.txt',
        join(workspace, 'link/secret.txt'),
        'link/secret.txt',
        'link/../secrets/secret.txt',
        `${workspace}/link/../project-secrets/secret.txt`,
        join(workspace, 'src/link.txt'),
        ` ${secret} `,
        `${workspace}/../secrets/secret.txt`,
        `${workspace}//src/./../../secrets//secret.txt`,
        '~/.bashrc',
        '/etc/passwd',
        '/proc/self/environ',
        '/dev/stdin',
      ].map((file_path) => ({ name: 'Read', input: { file_path } })),
      ...[join(root, 'secrets'), '..', '../secrets', 'link', 'src/link.txt', neighbour, '~', '/'].map(
        (path) => ({
          name: 'Grep',
          input: { pattern: 'canary', path, output_mode: 'content' },
        }),
      ),
      ...[
        { pattern: '*', path: join(root, 'secrets') },
        { pattern: '*', path: '..' },
        { pattern: '*', path: 'link' },
        { pattern: `${root}/secrets/*` },
        { pattern: '../secrets/*' },
        { pattern: 'src/../../secrets/*' },
        { pattern: '{..,src}/secrets/*' },
        { pattern: 'link/*' },
        { pattern: '~/*' },
      ].map((input) => ({ name: 'Glob', input })),
    ];
    const { requests } = await chat(calls);
    assertAllRefused(requests, calls.length, /outside the workspace|names a device|File does not exist/);
    for (const { raw } of requests) assert.ok(!raw.includes(CANARY) && !raw.includes('root:x:'));
    console.log(
      `    ${calls.length} paths that lead outside: all refused, none of their text reached the model`,
    );
  });

  it('do not follow links out of the folder when they search', async () => {
    const { requests } = await chat([
      { name: 'Read', input: { file_path: join(workspace, 'src/a.txt') } },
      { name: 'Grep', input: { pattern: 'canary|inside', output_mode: 'content' } },
      { name: 'Grep', input: { pattern: 'canary', glob: '../secrets/*', output_mode: 'content' } },
      { name: 'Glob', input: { pattern: '**/*.txt' } },
      { name: 'Glob', input: { pattern: '*/*.txt' } },
    ]);
    const results = resultsOf(requests[1]);
    assert.deepEqual(
      results.map((result) => result['is_error'] === true),
      [false, false, false, false, false],
    );
    assert.match(JSON.stringify(results), /inside/);
    assert.ok(!requests.some(({ raw }) => raw.includes(CANARY) || raw.includes('secret.txt')));
  });

  it('bring no instructions from outside to the model, which the CLI reads without a tool call', async () => {
    const outside = join(root, 'secrets');
    for (const name of ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md', 'src/CLAUDE.md']) {
      await symlink(join(outside, 'secret.txt'), join(workspace, name));
    }
    await mkdir(join(workspace, '.claude/output-styles'), { recursive: true });
    await writeFile(join(outside, 'style.md'), `---\nname: style\ndescription: x\n---\n${CANARY}\n`);
    await symlink(join(outside, 'style.md'), join(workspace, '.claude/output-styles/style.md'));
    await writeFile(join(outside, 'MEMORY.md'), CANARY);
    const settings = { ...PERMISSIVE_SETTINGS, autoMemoryDirectory: outside, outputStyle: 'style' };
    await writeFile(join(workspace, '.claude/settings.local.json'), JSON.stringify(settings));
    try {
      const { requests } = await chat([{ name: 'Read', input: { file_path: join(workspace, 'src/a.txt') } }]);
      assert.ok(!JSON.stringify(requests.map(({ body }) => body)).includes(CANARY));
      await headless.logged(/CLAUDE\.md leads outside the workspace/);
    } finally {
      for (const name of ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md', 'src/CLAUDE.md']) {
        await rm(join(workspace, name));
      }
      await rm(join(workspace, '.claude/output-styles'), { recursive: true });
      await rm(join(workspace, '.claude/settings.local.json'));
    }
  });

  it('do not start the MCP servers of the folder', async () => {
    assert.ok(!(await allFiles()).includes('served'));
  });

  it('are in the log when they are refused', async () => {
    await headless.logged(/\[info\] \[permission\] denied: Read \/etc\/passwd$/);
  });
});

/** Asserts one error result for each call, with a reason for the model. */
function assertAllRefused(requests: readonly StandInRequest[], calls: number, why: RegExp): void {
  const results = resultsOf(requests[1]);
  assert.equal(requests.length, 2);
  assert.equal(results.length, calls);
  for (const result of results) {
    assert.equal(result['is_error'], true, JSON.stringify(result));
    assert.match(JSON.stringify(result['content']), why);
  }
}

function resultsOf(request: StandInRequest | undefined): Readonly<Record<string, unknown>>[] {
  const content = request?.body.messages.findLast(({ role }) => role === 'user')?.content ?? [];
  return typeof content === 'string' ? [] : content.filter(({ type }) => type === 'tool_result');
}
