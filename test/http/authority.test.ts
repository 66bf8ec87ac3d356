/** What no request can choose: where Claude works, what it may do there, and what is on the disk. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import { ask, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const ELSEWHERE = '/code/elsewhere';

/** Fields in which programs of this kind have taken such orders. */
const ORDERS = {
  cwd: ELSEWHERE,
  folder: ELSEWHERE,
  workspace: ELSEWHERE,
  path: ELSEWHERE,
  add_dir: [ELSEWHERE],
  additionalDirectories: [ELSEWHERE],
  permissions: 'bypassPermissions',
  permission_mode: 'bypassPermissions',
  permissionMode: 'bypassPermissions',
  dangerously_skip_permissions: true,
  allowed_tools: ['Bash'],
  allowedTools: ['Bash'],
  settings: { permissions: { defaultMode: 'bypassPermissions' } },
  mcp_servers: [{ name: 'x', command: 'touch', args: [ELSEWHERE] }],
  mcpServers: { x: { command: 'touch' } },
  env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' },
  args: ['--dangerously-skip-permissions'],
  executable: '/bin/sh',
  lane: 'workspace',
  token: 'x',
};
const HEADERS = {
  'x-workspace': ELSEWHERE,
  'x-workspace-folder': ELSEWHERE,
  'x-cwd': ELSEWHERE,
  'x-claude-permission-mode': 'bypassPermissions',
  'x-forwarded-host': 'evil.com',
  'x-forwarded-for': '10.0.0.1',
  forwarded: 'for=10.0.0.1;host=evil.com',
  'x-original-url': '/api/tags',
  'x-rewrite-url': '/api/tags',
  'x-http-method-override': 'DELETE',
};
const QUERY = `?cwd=${ELSEWHERE}&folder=${ELSEWHERE}&permissions=bypassPermissions&model=other&tools=Bash`;

describe('a request', () => {
  let rig: Rig;
  before(async () => (rig = await startRig({ settings: { lanes: ['chat', 'workspace'] } })));
  after(stopRigs);

  const QUESTIONS: Readonly<Record<string, object>> = {
    '/api/chat': { messages: USER_HI },
    '/api/generate': { prompt: 'hi' },
    '/v1/chat/completions': { messages: USER_HI },
    '/v1/completions': { prompt: 'hi' },
    '/v1/responses': { input: 'hi' },
    '/v1/messages': { messages: USER_HI, max_tokens: 9 },
  };

  async function asked(path: string, body: object, headers: Record<string, string>): Promise<ChatRequest> {
    const reply = await ask(rig, { path, headers, body: JSON.stringify(body) });
    assert.equal(reply.status, 200, reply.body);
    return rig.backend.requests.at(-1)!;
  }

  for (const [path, question] of Object.entries(QUESTIONS)) {
    for (const model of ['claude-sonnet', 'claude-sonnet:workspace']) {
      it(`at ${path} for ${model} orders nothing about where and how, in no header, query or field`, async () => {
        const plain = { model, stream: false, ...question };
        const expected = await asked(path, plain, {});
        assert.deepEqual(await asked(path, plain, HEADERS), expected);
        assert.deepEqual(await asked(path + QUERY, plain, {}), expected);
        assert.deepEqual(await asked(path, { ...ORDERS, ...plain }, {}), expected);
        assert.deepEqual(await asked(path, { ...plain, metadata: ORDERS }, {}), expected);
        if (path.startsWith('/api/')) {
          assert.deepEqual(await asked(path, { ...plain, options: ORDERS }, {}), expected);
        }
        assert.doesNotMatch(JSON.stringify(expected), /elsewhere|bypass/);
      });
    }
  }

  it('reaches no file by the name of a model, and makes none', async () => {
    const mark = `made-by-a-request-${process.pid}`;
    const names = [
      `../${mark}`,
      `../../../../../..${tmpdir()}/${mark}`,
      join(tmpdir(), mark),
      `file://${join(tmpdir(), mark)}`,
      `~/${mark}`,
      `$HOME/${mark}`,
      `./${mark}`,
      mark,
      `x/${mark}:latest`,
      `..\\${mark}`,
      `${mark}\0.txt`,
      `%2e%2e%2f${mark}`,
    ];
    const before = places(mark, names);
    const MODELS = ['/api/create', '/api/pull', '/api/push', '/api/delete', '/api/show'];
    for (const name of names) {
      const bodies: [string, object][] = [
        ...MODELS.map((path): [string, object] => [path, { model: name, name, stream: false }]),
        ['/api/create', { model: name, from: name, stream: false }],
        ['/api/create', { model: 'x', files: { [name]: `sha256:${'0'.repeat(64)}` }, stream: false }],
        ['/api/create', { model: 'x', from: 'claude-sonnet', adapters: { [name]: name }, stream: false }],
        ['/api/create', { model: 'x', path: name, modelfile: `FROM ${name}`, stream: false }],
        ['/api/copy', { source: name, destination: 'x' }],
        ['/api/pull', { model: name, insecure: true, stream: true }],
      ];
      for (const [path, body] of bodies) {
        const method = path === '/api/delete' ? 'DELETE' : 'POST';
        const { status, body: told } = await ask(rig, { path, method, body: JSON.stringify(body) });
        // What Ollama's registry does not have is its 500, or an error in the stream behind a 200.
        const refused = status >= 400 && (status < 500 || /pull model manifest|not found/.test(told));
        assert.ok(refused || /"error"/.test(told), `${path} ${JSON.stringify(body)}: ${status} ${told}`);
      }
      const blob = `/api/blobs/${encodeURIComponent(name)}`;
      assert.ok((await ask(rig, { path: blob, body: 'bytes' })).status >= 400);
      assert.ok((await ask(rig, { path: blob, method: 'HEAD' })).status >= 400);
      const { status } = await ask(rig, { path: `/v1/models/${encodeURIComponent(name)}` });
      assert.ok(status === 404 || status === 400, name);
    }
    const digest = `/api/blobs/sha256:${'0'.repeat(64)}`;
    assert.equal((await ask(rig, { path: digest, body: 'bytes' })).status, 400);
    // A copy is a name in memory, whatever it is called.
    const copy = { source: 'claude-sonnet', destination: `${mark}/${mark}` };
    assert.equal((await ask(rig, { path: '/api/copy', body: JSON.stringify(copy) })).status, 200);
    assert.deepEqual(places(mark, names), before);
    assert.deepEqual(before, []);
  });
});

/** Where something of that mark is: by the names themselves, and in the folders that they could lead to. */
function places(mark: string, names: readonly string[]): string[] {
  const folders = [process.cwd(), resolve('..'), tmpdir(), homedir(), join(homedir(), '.ollama')];
  const byName = names.flatMap((name) =>
    name.includes('\0') ? [] : isAbsolute(name) ? [name] : folders.map((folder) => resolve(folder, name)),
  );
  const inFolders = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((entry) => entry.includes(mark)));
  return [...byName.filter((path) => existsSync(path)), ...inFolders];
}
