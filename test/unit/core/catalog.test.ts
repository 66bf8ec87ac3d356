import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Model } from '../../../src/core/backend.js';
import { canonicalName, listEntries, type NamePolicy, resolveName } from '../../../src/core/catalog.js';

function model(value: string, resolved = `claude-${value}-5`): Model {
  return {
    value,
    resolved,
    displayName: value,
    description: '',
    efforts: [],
    thinking: false,
    contextLength: 200_000,
  };
}

const MODELS = [
  model('default', 'claude-sonnet-5-5'),
  model('sonnet', 'claude-sonnet-5-5'),
  model('Opus[1m]'),
];
const ENTRIES = listEntries(MODELS, ['chat', 'workspace']);
const REJECT: NamePolicy = { defaultModel: '', unknown: 'reject', aliases: {} };

const nameOf = (name: string, policy: NamePolicy = REJECT): string | undefined =>
  resolveName(ENTRIES, name, policy)?.entry.name;

describe('listEntries', () => {
  it('lists every model once per lane, with a tag', () => {
    assert.deepEqual(
      ENTRIES.map((entry) => [entry.name, entry.lane, entry.model.value]),
      [
        ['claude:latest', 'chat', 'default'],
        ['claude-sonnet:latest', 'chat', 'sonnet'],
        ['claude-opus-1m:latest', 'chat', 'Opus[1m]'],
        ['claude:workspace', 'workspace', 'default'],
        ['claude-sonnet:workspace', 'workspace', 'sonnet'],
        ['claude-opus-1m:workspace', 'workspace', 'Opus[1m]'],
      ],
    );
  });

  it('leaves out a lane that is not enabled', () => {
    const entries = listEntries(MODELS, ['chat']);
    assert.deepEqual(new Set(entries.map(({ lane }) => lane)), new Set(['chat']));
  });
});

describe('resolveName', () => {
  it('finds a model under every spelling that clients use', () => {
    const spellings = [
      ...ENTRIES.filter((entry) => entry.lane === 'chat' && entry.model.value === 'sonnet').map(
        ({ name }) => name,
      ),
      'claude-sonnet',
      'CLAUDE-Sonnet:LATEST',
      ' claude-sonnet ',
      'library/claude-sonnet',
      'registry.ollama.ai/library/claude-sonnet:latest',
      'sonnet',
    ];
    for (const name of spellings) assert.equal(nameOf(name), 'claude-sonnet:latest', name);
    assert.equal(nameOf('sonnet:workspace'), 'claude-sonnet:workspace');
    assert.equal(nameOf('claude'), 'claude:latest');
    assert.equal(nameOf('claude-sonnet-5-5'), 'claude:latest');
  });

  it('rejects unknown names', () => {
    for (const name of ['nope', 'claude-sonnet:7b', '', ':', 'claude-sonnet:', '__proto__', 'constructor']) {
      assert.equal(nameOf(name), undefined, name);
    }
  });

  it('does not find a model of a lane that is not enabled', () => {
    const entries = listEntries(MODELS, ['chat']);
    assert.equal(resolveName(entries, 'claude-sonnet:workspace', REJECT), undefined);
  });

  it('resolves unknown names to the default model if the policy says so', () => {
    const policy: NamePolicy = { ...REJECT, unknown: 'default' };
    assert.deepEqual(resolveName(ENTRIES, 'gpt-4', policy), { entry: ENTRIES[0], known: false });
    assert.equal(nameOf('gpt-4', { ...policy, defaultModel: 'sonnet' }), 'claude-sonnet:latest');
    assert.equal(nameOf('gpt-4', { ...policy, defaultModel: 'gone' }), 'claude:latest');
    assert.equal(resolveName([], 'gpt-4', policy), undefined);
  });

  it('prefers aliases, in any case, and ignores an alias of an unknown model', () => {
    const policy: NamePolicy = {
      ...REJECT,
      aliases: { 'Llama3.2': 'claude-sonnet', claude: 'sonnet', lost: 'gone' },
    };
    assert.equal(nameOf('llama3.2:latest', policy), 'claude-sonnet:latest');
    assert.equal(nameOf('claude', policy), 'claude-sonnet:latest');
    assert.equal(nameOf('lost', policy), undefined);
    assert.equal(resolveName(ENTRIES, 'LLAMA3.2', policy)?.known, true);
  });

  it('finds every listed name, for any names of the CLI’s models', () => {
    const values = fc.uniqueArray(fc.stringMatching(/^[A-Za-z][A-Za-z0-9.-]{0,20}$/), {
      minLength: 1,
      maxLength: 6,
      selector: (value) => value.toLowerCase().replace(/^claude-/, ''),
    });
    fc.assert(
      fc.property(values, (names) => {
        const entries = listEntries(
          names.map((name) => model(name)),
          ['chat', 'workspace'],
        );
        for (const entry of entries) {
          const found = resolveName(entries, entry.name.toUpperCase(), REJECT)?.entry;
          assert.equal(found?.name, entry.name);
          assert.equal(found?.lane, entry.lane);
        }
      }),
    );
  });
});

describe('canonicalName', () => {
  it('ignores case and always contains a tag', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const canonical = canonicalName(name);
        assert.equal(canonical, canonicalName(name.toUpperCase().toLowerCase()));
        assert.ok(canonical.includes(':'));
      }),
    );
  });
});
