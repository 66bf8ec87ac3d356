import assert from 'node:assert/strict';
import { addToYamlList } from '../../../../src/vscode/connect/yamlFile.js';

const ITEM = 'name: Claude\nprovider: ollama';

function changed(text: string): string {
  const result = addToYamlList(text, 'models', ITEM);
  assert.equal(result.kind, 'changed', text);
  return result.kind === 'changed' ? result.text : '';
}

describe('addToYamlList', () => {
  it('adds an item after the existing ones, with their indentation', () => {
    const text =
      'name: Mine\nmodels:\n    - name: Other\n      roles:\n        - chat\n\n# rules\nrules: []\n';
    assert.equal(
      changed(text),
      'name: Mine\nmodels:\n    - name: Other\n      roles:\n        - chat\n    - name: Claude\n      provider: ollama\n\n# rules\nrules: []\n',
    );
  });

  it('adds to a list whose dashes are not indented', () => {
    assert.equal(
      changed('models:\n- name: Other\n  # why\nrules: []\n'),
      'models:\n- name: Other\n  # why\n- name: Claude\n  provider: ollama\nrules: []\n',
    );
  });

  it('adds the list when it is missing, and fills an empty one', () => {
    assert.equal(changed('name: Mine\n\n'), 'name: Mine\nmodels:\n  - name: Claude\n    provider: ollama\n');
    assert.equal(
      changed('models: [] # none yet\nname: Mine'),
      'models: # none yet\n  - name: Claude\n    provider: ollama\nname: Mine',
    );
    assert.equal(
      changed('models:\nname: Mine'),
      'models:\n  - name: Claude\n    provider: ollama\nname: Mine',
    );
  });

  it('uses the line breaks of the file', () => {
    assert.equal(
      changed('models:\r\n  - name: Other\r\n'),
      'models:\r\n  - name: Other\r\n  - name: Claude\r\n    provider: ollama\r\n',
    );
  });

  it('adds after a block scalar whose lines look like comments', () => {
    assert.equal(
      changed('models:\n  - name: Other\n    note: |\n      # not a comment\n'),
      'models:\n  - name: Other\n    note: |\n      # not a comment\n  - name: Claude\n    provider: ollama\n',
    );
  });

  it('reports an item that is already present', () => {
    assert.deepEqual(addToYamlList(`models:\n  - name: Claude\n    provider: ollama\n`, 'models', ITEM), {
      kind: 'present',
    });
  });

  it('reports texts that cannot be changed safely', () => {
    for (const text of [
      'models: [{name: Other}]\n',
      'models: &all\n  - name: Other\n',
      'models: []\n  - name: Other\n',
      'models:\n  one: 1\n',
      '"models":\n  - name: Other\n',
      'models:\n  - name: Other\nmodels:\n  - name: Again\n',
      'models:\n  - name: Claude\n    provider: openai\n',
      '---\nname: a\n---\nname: b\n',
      '{ name: Mine }\n',
      '- name: Mine\n',
      'models:\n\t- name: Other\n',
      'note: |+\n  kept\n\nname: Mine\n',
      'just words\n',
      '# nothing\n',
    ]) {
      assert.deepEqual(addToYamlList(text, 'models', ITEM), { kind: 'unsafe' }, text);
    }
  });
});
