import assert from 'node:assert/strict';
import type { PermissionRequest } from '../../../../src/core/permission.js';
import {
  askedPath,
  loggedSubject,
  permissionText,
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

describe('a question', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('about an edit names the file from the folder, who asks, and when no answer is a denial', () => {
    assert.equal(
      permissionText(edit, 5, cart).message,
      'Claude wants to edit src/cart.ts, for sample-client/1.0. Without an answer this is denied after 5 minutes.',
    );
    assert.equal(askedPath(edit), '/code/shop/src/cart.ts');
    assert.equal(askedPath({ ...edit, input: { file_path: 'a.ts' } }), '/code/shop/a.ts');
    assert.equal(askedPath(bash('ls')), undefined);
  });

  it('about an edit shows the file before and after', () => {
    assert.deepEqual(permissionText(edit, 5, cart).exhibit, {
      title: 'src/cart.ts: what Claude wants',
      path: '/code/shop/src/cart.ts',
      before: 'one\n',
      after: 'two\n',
    });
  });

  it('tells a new file from one that is there', () => {
    const write = { ...edit, tool: 'Write', input: { file_path: 'new.ts', content: 'x' } };
    assert.match(permissionText(write, 5).message, /^Claude wants to create new\.ts/);
    assert.match(permissionText(write, 5, cart).message, /^Claude wants to edit new\.ts/);
  });

  it('can be answered for once, for the conversation, and with no', () => {
    assert.deepEqual(titles(edit), ['Allow', 'Allow for This Conversation', 'Deny']);
    assert.deepEqual(
      permissionText(edit, 5, cart).choices.map(({ answer }) => answer),
      ['once', 'conversation', 'deny'],
    );
  });

  it('about something sensitive says why, and is asked each time', () => {
    for (const [sensitive, why] of [
      ['outside', /outside the open folder/],
      ['settings', /what programs may do/],
      ['git', /Git's own files/],
    ] as const) {
      const request = { ...edit, sensitive };
      assert.match(permissionText(request, 5, cart).message, why);
      assert.match(permissionText(request, 5, cart).message, /you are asked each time/);
      assert.deepEqual(titles(request), ['Allow', 'Deny']);
    }
  });

  it('about a file with unsaved changes allows it only after they are saved', () => {
    const unsaved = { ...cart, unsaved: true };
    assert.match(permissionText(edit, 5, unsaved).message, /unsaved changes/);
    assert.deepEqual(titles(edit, unsaved), ['Save and Allow', 'Deny']);
    assert.deepEqual(permissionText(edit, 5, unsaved).choices[0], {
      title: 'Save and Allow',
      answer: 'once',
      save: true,
    });
  });

  it('about a short command has it in its last words, whole', () => {
    const { message, exhibit } = permissionText(bash('npm test -- unit'), 5);
    assert.match(message, /^Claude wants to run a command, for .* The command: npm test -- unit$/);
    assert.equal(exhibit, undefined);
  });

  it('about a command of many lines, or a long one, shows all of it', () => {
    for (const command of ['ls\nrm -rf x', `echo ${'x'.repeat(200)} ; rm -rf x`]) {
      const { message, exhibit } = permissionText(bash(command), 5);
      assert.match(message, /The command: see the editor\.$/);
      assert.ok(exhibit !== undefined && 'text' in exhibit);
      assert.equal(exhibit.text, command);
    }
  });

  it('shows control and direction characters as what they are', () => {
    const { exhibit } = permissionText(bash('echo \u001b[8m\n\trm \u202e x'), 5);
    assert.ok(exhibit !== undefined && 'text' in exhibit);
    assert.equal(exhibit.text, 'echo \\u001b[8m\n\trm \\u202e x');
    const path = { ...edit, input: { ...edit.input, file_path: '/code/shop/a\u202e\n.ts' } };
    assert.match(permissionText(path, 5, cart).message, /edit a\\u202e\\u000a\.ts/);
  });

  it('makes no links of foreign text', () => {
    const words = '[harmless](command:workbench.action.terminal.new)';
    for (const request of [
      bash(`echo "${words}"`),
      { ...edit, tool: words, input: {} },
      { ...edit, input: { ...edit.input, file_path: words } },
      { ...edit, tool: 'Read', input: { file_path: words } },
      { ...bash('ls'), client: words },
    ]) {
      assert.doesNotMatch(permissionText(request, 5, cart).message, /\]\(/);
    }
  });

  it('about any other tool shows what it is given', () => {
    const short = permissionText({ ...edit, tool: 'WebFetch', input: { url: 'https://example.com' } }, 5);
    assert.match(short.message, /use WebFetch.* With: \{"url":"https:\/\/example\.com"\}$/);
    const long = permissionText({ ...edit, tool: 'Task', input: { prompt: 'x'.repeat(500) } }, 5);
    assert.match(long.message, /With: see the editor\.$/);
    assert.ok(long.exhibit !== undefined && 'text' in long.exhibit);
    assert.match(long.exhibit.text, /x{500}/);
    const read = { ...edit, tool: 'Read', input: { file_path: '/etc/hosts' }, sensitive: 'outside' as const };
    assert.match(permissionText(read, 5).message, /^Claude wants to read \/etc\/hosts/);
  });

  it('is in the log as its tool and its file, without contents', () => {
    assert.equal(loggedSubject(edit), 'Edit src/cart.ts');
    assert.equal(loggedSubject(bash('curl -H "secret" x')), 'Bash');
    assert.equal(loggedSubject({ ...edit, tool: 'Task', input: { prompt: 'secret' } }), 'Task');
  });
});
