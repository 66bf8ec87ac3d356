import assert from 'node:assert/strict';
import type { PermissionRequest } from '../../../../src/core/permission.js';
import {
  loggedSubject,
  permissionText,
  requestedAction,
  targetPath,
} from '../../../../src/vscode/permissions/permissionText.js';

const edit: PermissionRequest = {
  tool: 'Edit',
  input: { file_path: '/code/shop/src/cart.ts', old_string: 'one', new_string: 'two' },
  folder: '/code/shop',
  model: 'sonnet',
  client: 'sample-client/1.0 (Linux)',
};
const bash = (command: string): PermissionRequest => ({ ...edit, tool: 'Bash', input: { command } });
const cart = { exists: true, text: 'one\n', unsaved: false };
const titles = (request: PermissionRequest, file = cart) =>
  permissionText(request, 5, file).choices.map(({ title }) => title);

describe('permissionText', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('names the relative path, the client and the timeout of an edit', () => {
    assert.equal(
      permissionText(edit, 5, cart).message,
      'Claude wants to edit src/cart.ts (for sample-client). Denied after 5 minutes without an answer.',
    );
    assert.equal(targetPath(edit), '/code/shop/src/cart.ts');
    assert.equal(targetPath({ ...edit, input: { file_path: 'a.ts' } }), '/code/shop/a.ts');
    assert.equal(targetPath(bash('ls')), undefined);
  });

  it('previews the file before and after an edit', () => {
    assert.deepEqual(permissionText(edit, 5, cart).preview, {
      title: 'cart.ts (proposed by Claude)',
      path: '/code/shop/src/cart.ts',
      before: 'one\n',
      after: 'two\n',
    });
  });

  it('distinguishes a new file from an existing one', () => {
    const write = { ...edit, tool: 'Write', input: { file_path: 'new.ts', content: 'x' } };
    assert.match(permissionText(write, 5).message, /^Claude wants to create new\.ts/);
    assert.match(permissionText(write, 5, cart).message, /^Claude wants to edit new\.ts/);
  });

  it('offers to allow once, to allow for the conversation, and to deny', () => {
    assert.deepEqual(titles(edit), ['Allow', 'Allow for This Conversation', 'Deny']);
    assert.deepEqual(
      permissionText(edit, 5, cart).choices.map(({ answer }) => answer),
      ['once', 'conversation', 'deny'],
    );
  });

  it('explains why a sensitive request is asked each time', () => {
    for (const [sensitive, reason] of [
      ['outside', /outside the open folder/],
      ['settings', /what programs may do/],
      ['git', /Git's own files/],
    ] as const) {
      const request = { ...edit, sensitive };
      assert.match(permissionText(request, 5, cart).message, reason);
      assert.match(permissionText(request, 5, cart).message, /you are asked each time/);
      assert.deepEqual(titles(request), ['Allow', 'Deny']);
    }
  });

  it('offers only to save and allow when the file has unsaved changes', () => {
    const unsaved = { ...cart, unsaved: true };
    assert.match(permissionText(edit, 5, unsaved).message, /unsaved changes/);
    assert.deepEqual(titles(edit, unsaved), ['Save and Allow', 'Deny']);
    assert.deepEqual(permissionText(edit, 5, unsaved).choices[0], {
      title: 'Save and Allow',
      answer: 'once',
      save: true,
    });
  });

  it('shows a short command between backticks', () => {
    const { message, preview } = permissionText(bash('npm test -- unit'), 5);
    assert.equal(
      message,
      'Claude wants to run `npm test -- unit` (for sample-client). Denied after 5 minutes without an answer.',
    );
    assert.equal(preview, undefined);
  });

  it('previews a command completely that is long, has several lines, or could hide its end', () => {
    for (const command of [
      'ls\nrm -rf x',
      `echo ${'x'.repeat(200)} ; rm -rf x`,
      'ls` (for you). `rm -rf x',
    ]) {
      const { message, preview } = permissionText(bash(command), 5);
      assert.match(message, /run a command \(for .* The editor shows the command\.$/);
      assert.ok(preview !== undefined && 'text' in preview);
      assert.equal(preview.text, command);
      assert.equal(preview.path, "/Claude's command");
    }
  });

  it('escapes control and bidirectional characters', () => {
    const { preview } = permissionText(bash('echo \u001b[8m\n\trm \u202e x'), 5);
    assert.ok(preview !== undefined && 'text' in preview);
    assert.equal(preview.text, 'echo \\u001b[8m\n\trm \\u202e x');
    const path = { ...edit, input: { ...edit.input, file_path: '/code/shop/a\u202e\n.ts' } };
    assert.match(permissionText(path, 5, cart).message, /edit a\\u202e\\u000a\.ts/);
  });

  it('makes no links of text from Claude or the client', () => {
    const link = '[harmless](command:workbench.action.terminal.new)';
    for (const request of [
      bash(`echo "${link}"`),
      { ...edit, tool: link, input: {} },
      { ...edit, input: { ...edit.input, file_path: link } },
      { ...edit, tool: 'Read', input: { file_path: link } },
      { ...bash('ls'), client: link },
    ]) {
      assert.doesNotMatch(permissionText(request, 5, cart).message, /\]\(/);
    }
  });

  it('shows the input of any other tool', () => {
    const short = permissionText({ ...edit, tool: 'WebFetch', input: { url: 'https://example.com' } }, 5);
    assert.match(short.message, /use WebFetch.* The input: \{"url":"https:\/\/example\.com"\}$/);
    const long = permissionText({ ...edit, tool: 'Task', input: { prompt: 'x'.repeat(500) } }, 5);
    assert.match(long.message, /The editor shows the input\.$/);
    assert.ok(long.preview !== undefined && 'text' in long.preview);
    assert.match(long.preview.text, /x{500}/);
    const read = { ...edit, tool: 'Read', input: { file_path: '/etc/hosts' }, sensitive: 'outside' as const };
    assert.match(permissionText(read, 5).message, /^Claude wants to read \/etc\/hosts/);
  });
});

describe('requestedAction', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('says in a few words what Claude wants to do', () => {
    assert.equal(requestedAction(edit), 'edit src/cart.ts');
    assert.equal(requestedAction(bash('npm test')), 'run npm test');
    assert.ok(requestedAction(bash('x'.repeat(500))).length < 140);
    assert.equal(requestedAction({ ...edit, tool: 'WebFetch', input: { url: 'x' } }), 'use WebFetch');
  });
});

describe('loggedSubject', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('names the tool and the file, without contents', () => {
    assert.equal(loggedSubject(edit), 'Edit src/cart.ts');
    assert.equal(loggedSubject(bash('curl -H "secret" x')), 'Bash');
    assert.equal(loggedSubject({ ...edit, tool: 'Task', input: { prompt: 'secret' } }), 'Task');
  });
});
