import assert from 'node:assert/strict';
import { applyEdit, candidatePaths, type FileEdit } from '../../../../src/vscode/connect/fileEdit.js';

const BOM = '\uFEFF';
const JSON_EDIT: FileEdit = { kind: 'json', path: ['models', 'claude'], value: { port: 1 } };
const YAML_EDIT: FileEdit = { kind: 'yaml', list: 'models', item: 'name: Claude\nport: 1' };
const WHOLE: FileEdit = { kind: 'wholeFile' };

function changed(text: string | undefined, edit: FileEdit): string {
  const result = applyEdit(text, edit, 'new: text');
  assert.equal(result.kind, 'changed');
  return result.kind === 'changed' ? result.text : '';
}

describe('applyEdit', () => {
  it('keeps a byte order mark and the ends of lines of JSON', () => {
    assert.equal(
      changed(`${BOM}{\r\n    "a": 1 // one\r\n}\r\n`, JSON_EDIT),
      `${BOM}{\r\n    "a": 1, // one\r\n    "models": {\r\n        "claude": {\r\n            "port": 1\r\n        }\r\n    }\r\n}\r\n`,
    );
  });

  it('keeps a byte order mark and the ends of lines of YAML', () => {
    assert.equal(
      changed(`${BOM}models:\r\n  - name: Other\r\nlast: 1\r\n`, YAML_EDIT),
      `${BOM}models:\r\n  - name: Other\r\n  - name: Claude\r\n    port: 1\r\nlast: 1\r\n`,
    );
    assert.equal(
      changed(`${BOM}a: 1\r\n`, YAML_EDIT),
      `${BOM}a: 1\r\nmodels:\r\n  - name: Claude\r\n    port: 1\r\n`,
    );
  });

  it('does not change YAML whose lines end differently', () => {
    assert.deepEqual(applyEdit('a: 1\r\nb: 2\n', YAML_EDIT, ''), { kind: 'unsafe' });
  });

  it('fills a file that is missing or empty, and keeps its byte order mark', () => {
    for (const text of [undefined, '', '\r\n']) assert.equal(changed(text, WHOLE), 'new: text\n');
    assert.equal(changed(`${BOM}\r\n`, WHOLE), `${BOM}new: text\n`);
  });

  it('recognizes its own file after an editor has changed the mark and the ends of lines', () => {
    for (const text of ['new: text\n', `${BOM}new: text\r\n`])
      assert.deepEqual(applyEdit(text, WHOLE, 'new: text'), { kind: 'present' });
  });
});

describe('candidatePaths', () => {
  it('uses the separators of the platform', () => {
    const location = { root: 'home', names: ['.continue/config.yaml'] } as const;
    const at = (home: string, platform: NodeJS.Platform): string[] =>
      candidatePaths(location, { home, platform, env: {} });
    assert.deepEqual(at('C:\\Users\\a', 'win32'), ['C:\\Users\\a\\.continue\\config.yaml']);
    assert.deepEqual(at('/home/a', 'linux'), ['/home/a/.continue/config.yaml']);
  });
});
