/** No request can choose the folder in which Claude runs, its permissions, or files on the disk. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { ChatRequest } from '../../src/core/chat.js';
import { ask, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const OTHER_FOLDER = '/code/elsewhere';

/** Fields with which similar programs let a request choose folder, permissions or tools. */
const CONTROL_FIELDS = {
  cwd: OTHER_FOLDER,
  folder: OTHER_FOLDER,
  workspace: OTHER_FOLDER,
  path: OTHER_FOLDER,
  add_dir: [OTHER_FOLDER],
  additionalDirectories: [OTHER_FOLDER],
  permissions: 'bypassPermissions',
  permission_mode: 'bypassPermissions',
  permissionMode: 'bypassPermissions',
  dangerously_skip_permissions: true,
  allowed_tools: ['Bash'],
  allowedTools: ['Bash'],
  settings: { permissions: { defaultMode: 'bypassPermissions' } },
  mcp_servers: [{ name: 'x', command: 'touch', args: [OTHER_FOLDER] }],
  mcpServers: { x: { command: 'touch' } },
  env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' },
  args: ['--dangerously-skip-permissions'],
  executable: '/bin/sh',
  lane: 'workspace',
  token: 'x',
};
/** Fields of an API that the server refuses, because it cannot do what they ask for. */
const REFUSED_FIELDS: Readonly<Record<string, readonly string[]>> = { '/v1/messages': ['mcp_servers'] };
const CONTROL_HEADERS = {
  'x-workspace': OTHER_FOLDER,
  'x-workspace-folder': OTHER_FOLDER,
  'x-cwd': OTHER_FOLDER,
  'x-claude-permission-mode': 'bypassPermissions',
  'x-forwarded-host': 'evil.com',
  'x-forwarded-for': '10.0.0.1',
  forwarded: 'for=10.0.0.1;host=evil.com',
  'x-original-url': '/api/tags',
  'x-rewrite-url': '/api/tags',
  'x-http-method-override': 'DELETE',
};
const CONTROL_QUERY = `?cwd=${OTHER_FOLDER}&folder=${OTHER_FOLDER}&permissions=bypassPermissions&model=other&tools=Bash`;

describe('a request that tries to control Claude', () => {
  let rig: Rig;
  before(async () => (rig = await startRig({ settings: { lanes: ['chat', 'workspace'] } })));
  after(stopRigs);

  const CHATS: Readonly<Record<string, object>> = {
    '/api/chat': { messages: USER_HI },
    '/api/generate': { prompt: 'hi' },
    '/v1/chat/completions': { messages: USER_HI },
    '/v1/completions': { prompt: 'hi' },
    '/v1/responses': { input: 'hi' },
    '/v1/messages': { messages: USER_HI, max_tokens: 9 },
  };

  async function backendRequest(
    path: string,
    body: object,
    headers: Record<string, string>,
  ): Promise<ChatRequest> {
    const reply = await ask(rig, { path, headers, body: JSON.stringify(body) });
    assert.equal(reply.status, 200, reply.body);
    // The label is the server's own number of the request.
    const { label: _, ...request } = rig.backend.requests.at(-1)!;
    return request;
  }

  for (const [path, chat] of Object.entries(CHATS)) {
    for (const model of ['claude-sonnet', 'claude-sonnet:workspace']) {
      it(`at ${path} for ${model} has no effect, by header, query or field`, async () => {
        const plain = { model, stream: false, ...chat };
        const expected = await backendRequest(path, plain, {});
        assert.deepEqual(await backendRequest(path, plain, CONTROL_HEADERS), expected);
        assert.deepEqual(await backendRequest(path + CONTROL_QUERY, plain, {}), expected);
        const refused = REFUSED_FIELDS[path] ?? [];
        const fields = Object.entries(CONTROL_FIELDS);
        const ignored = Object.fromEntries(fields.filter(([name]) => !refused.includes(name)));
        assert.deepEqual(await backendRequest(path, { ...ignored, ...plain }, {}), expected);
        for (const [name, value] of fields.filter(([field]) => refused.includes(field))) {
          const asked = rig.backend.requests.length;
          const reply = await ask(rig, { path, body: JSON.stringify({ ...plain, [name]: value }) });
          assert.equal(reply.status, 400);
          assert.equal(rig.backend.requests.length, asked);
        }
        assert.deepEqual(await backendRequest(path, { ...plain, metadata: CONTROL_FIELDS }, {}), expected);
        if (path.startsWith('/api/')) {
          assert.deepEqual(await backendRequest(path, { ...plain, options: CONTROL_FIELDS }, {}), expected);
        }
        assert.doesNotMatch(JSON.stringify(expected), /elsewhere|bypass/);
      });
    }
  }

  it('neither reads nor creates a file by a model name', async () => {
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
    const before = findMarked(mark, names);
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
        // For a model that its registry does not have, Ollama returns 500, or 200 with an error in the stream.
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
    // The name of a stored model becomes no path.
    const copy = { source: 'claude-sonnet', destination: `${mark}/${mark}` };
    assert.equal((await ask(rig, { path: '/api/copy', body: JSON.stringify(copy) })).status, 200);
    assert.deepEqual(findMarked(mark, names), before);
    assert.deepEqual(before, []);
  });
});

/** Files with the mark: at the paths that the names mean, and in the folders that they could lead to. */
function findMarked(mark: string, names: readonly string[]): string[] {
  const folders = [process.cwd(), resolve('..'), tmpdir(), homedir(), join(homedir(), '.ollama')];
  const byName = names.flatMap((name) =>
    name.includes('\0') ? [] : isAbsolute(name) ? [name] : folders.map((folder) => resolve(folder, name)),
  );
  const inFolders = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((entry) => entry.includes(mark)));
  return [...byName.filter((path) => existsSync(path)), ...inFolders];
}
