import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Model } from '../../../src/core/backend.js';
import { findListed, listEntries, type NamePolicy, resolveName } from '../../../src/core/catalog.js';
import { canonicalName } from '../../../src/core/modelName.js';
import { targetName, withStoredModels } from '../../../src/core/storedEntries.js';
import { storedModel } from '../../support/storedModels.js';

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
    // The default model has this id, too. The name of the model itself comes first.
    assert.equal(nameOf('claude-sonnet-5-5'), 'claude-sonnet:latest');
    assert.equal(nameOf('claude-sonnet:local'), 'claude-sonnet:latest');
    assert.equal(nameOf('Claude-Sonnet:CLOUD'), 'claude-sonnet:latest');
  });

  it('finds the names of the CLI, with its suffix for the long context', () => {
    const models = [
      model('default', 'claude-opus-5-5'),
      { ...model('opus', 'claude-opus-5-5'), contextLength: 1_000_000 },
      model('sonnet', 'claude-sonnet-4-6'),
      model('sonnet[1m]', 'claude-sonnet-4-6[1m]'),
      model('haiku'),
    ];
    const entries = listEntries(models, ['chat', 'workspace']);
    const found = (name: string): unknown => {
      const entry = resolveName(entries, name, REJECT)?.entry;
      return entry && [entry.model.value, entry.lane, entry.model.contextLength];
    };
    for (const [name, ...expected] of [
      ['SONNET[1M]', 'sonnet[1m]', 'chat', 200_000],
      ['sonnet[1m]:workspace', 'sonnet[1m]', 'workspace', 200_000],
      // This model has the long context anyway.
      ['opus[1m]', 'opus', 'chat', 1_000_000],
      ['claude-opus[1m]:high', 'opus', 'chat', 1_000_000],
      ['claude-opus-4-6[1m]', 'opus', 'chat', 1_000_000],
      ['haiku[1m]', 'haiku[1m]', 'chat', 1_000_000],
      ['claude-3-5-haiku-latest[1m]:workspace', 'haiku[1m]', 'workspace', 1_000_000],
      ['default[1m]', 'claude-opus-5-5[1m]', 'chat', 1_000_000],
      ['opusplan', 'opusplan', 'chat', 200_000],
      ['best:workspace', 'best', 'workspace', 200_000],
    ] as const) {
      assert.deepEqual(found(name), expected, name);
    }
    assert.deepEqual(
      [found('[1m]'), found('sonnet[2m]x[1m]y'), found('the-best')],
      [undefined, ['sonnet', 'chat', 200_000], undefined],
    );
    assert.equal(resolveName([], 'best', REJECT), undefined);
  });

  it('rejects unknown names', () => {
    for (const name of [
      'nope',
      'claude-2.1',
      'claude-haiku',
      '',
      ':',
      'llama3.2:',
      '__proto__',
      'constructor',
    ]) {
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

  it('prefers aliases, in any case', () => {
    const policy: NamePolicy = {
      ...REJECT,
      aliases: { 'Llama3.2': 'claude-sonnet', claude: 'sonnet', empty: '' },
    };
    assert.equal(nameOf('llama3.2:latest', policy), 'claude-sonnet:latest');
    assert.equal(nameOf('claude', policy), 'claude-sonnet:latest');
    assert.equal(nameOf('empty', policy), undefined);
    assert.equal(resolveName(ENTRIES, 'LLAMA3.2', policy)?.known, true);
  });

  it('passes the target of an alias on as an id if it is not listed', () => {
    const ids: Readonly<Record<string, readonly [string, string, string?]>> = {
      'claude-haiku-4-5-20251001': ['claude-haiku-4-5-20251001', 'chat'],
      ' opusplan ': ['opusplan', 'chat'],
      'arn:aws:bedrock:eu:1:inference-profile/X': ['arn:aws:bedrock:eu:1:inference-profile/X', 'chat'],
      'us.anthropic.claude-sonnet-4-v1:0': ['us.anthropic.claude-sonnet-4-v1:0', 'chat'],
      'claude-opus-4-1:latest': ['claude-opus-4-1', 'chat'],
      'claude-opus-4-1:workspace': ['claude-opus-4-1', 'workspace'],
      'claude-opus-4-1:max': ['claude-opus-4-1', 'chat', 'max'],
    };
    for (const [target, expected] of Object.entries(ids)) {
      const found = resolveName(ENTRIES, 'mine', { ...REJECT, aliases: { mine: target } })?.entry;
      const { value, resolved } = found!.model;
      assert.deepEqual([value, found?.lane, ...(found?.effort ? [found.effort] : [])], expected, target);
      assert.equal(resolved, value);
      assert.ok(!ENTRIES.some(({ name }) => name === found?.name));
    }
  });

  it('does not list such an id, and refuses its lane if that is not enabled', () => {
    const entries = listEntries(MODELS, ['chat']);
    const aliases = { mine: 'claude-opus-4-1:workspace' };
    assert.equal(resolveName(entries, 'mine', { ...REJECT, aliases }), undefined);
    assert.equal(resolveName(entries, 'claude-opus-4-1-20250805', REJECT)?.entry.model.value, 'Opus[1m]');
    assert.equal(findListed(entries, 'claude-opus-4-1-20250805'), undefined);
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

describe('a family in a name', () => {
  const LISTED = [
    { ...model('default', 'claude-opus-5-5'), efforts: ['low', 'high'] as const },
    model('claude-sonnet-4-20250514', 'claude-sonnet-4-20250514'),
    { ...model('sonnet'), efforts: ['low', 'medium', 'high'] as const },
    model('opus[1m]', 'claude-opus-5-5'),
    model('haiku'),
    model('quill'),
  ];
  const entries = listEntries(LISTED, ['chat', 'workspace']);
  const valueOf = (name: string, given = entries): string | undefined =>
    resolveName(given, name, REJECT)?.entry.model.value;

  it('decides, whatever surrounds it', () => {
    const families: Readonly<Record<string, readonly string[]>> = {
      haiku: [
        'claude-3-5-haiku-latest',
        'ollama/claude-haiku',
        'HAIKU4',
        'x/y/my_haiku.v2:7b-q4',
        'haiku:beta',
      ],
      sonnet: [
        'anthropic/claude-sonnet-4.5',
        'claude-sonnet:7b',
        'eu.anthropic.claude-sonnet-4-5-v2:0',
        'sonnets',
      ],
      'opus[1m]': [
        'claude-3-opus-20240229',
        'openrouter/anthropic/claude-opus-4.1:thinking',
        'claude-opus-x:cloud',
      ],
      quill: ['claude-quill-1-20270101'],
      'claude-sonnet-4-20250514': ['claude-sonnet-4-20250514', 'CLAUDE-sonnet-4-20250514:latest'],
    };
    for (const [value, names] of Object.entries(families)) {
      for (const name of names) assert.equal(valueOf(name), value, name);
    }
  });

  it('is the least expensive of several', () => {
    assert.equal(valueOf('opus-or-haiku'), 'haiku');
    assert.equal(valueOf('claude-sonnet-distilled-from-opus'), 'sonnet');
    assert.equal(valueOf('quill-haiku'), 'haiku');
  });

  it('keeps the lane of the name', () => {
    assert.equal(
      resolveName(entries, 'anthropic/claude-haiku-4.5:workspace', REJECT)?.entry.lane,
      'workspace',
    );
    const chatOnly = listEntries(LISTED, ['chat']);
    assert.equal(resolveName(chatOnly, 'claude-haiku-4-5:workspace', REJECT), undefined);
  });

  it('comes after aliases and listed names', () => {
    const aliases = { 'claude-3-5-haiku-latest': 'sonnet' };
    const found = resolveName(entries, 'claude-3-5-haiku-latest', { ...REJECT, aliases });
    assert.equal(found?.entry.model.value, 'sonnet');
  });

  it('is never answered by a more expensive one', () => {
    const policy: NamePolicy = { ...REJECT, unknown: 'default', defaultModel: 'opus[1m]' };
    const listed = (...values: string[]): typeof entries =>
      listEntries(
        values.map((value) => model(value)),
        ['chat'],
      );
    const answerTo = (name: string, given: typeof entries): string | undefined =>
      resolveName(given, name, policy)?.entry.model.value;
    assert.equal(answerTo('claude-3-haiku', listed('default', 'sonnet', 'opus[1m]')), undefined);
    assert.equal(answerTo('claude-3-opus', listed('default', 'sonnet', 'haiku', 'fable')), 'sonnet');
    assert.equal(answerTo('claude-fable-1', listed('default', 'haiku', 'opus')), 'opus');
    assert.equal(answerTo('claude-haiku:workspace', listed('default', 'haiku', 'opus')), 'haiku');
    assert.equal(answerTo('gpt-4', listed('default', 'haiku', 'opus[1m]')), 'opus[1m]');
  });
});

describe('an effort as a tag', () => {
  const efforts = ['low', 'medium', 'high'] as const;
  const entries = listEntries(
    [{ ...model('default', 'claude-opus-5'), efforts }, { ...model('sonnet'), efforts }, model('haiku')],
    ['chat', 'workspace'],
  );
  const found = (name: string, policy = REJECT): readonly unknown[] => {
    const entry = resolveName(entries, name, policy)?.entry;
    return [entry?.name, entry?.effort];
  };

  it('is the effort of the model in the chat lane', () => {
    assert.deepEqual(found('claude-sonnet:high'), ['claude-sonnet:latest', 'high']);
    assert.deepEqual(found('Claude-Sonnet-5:LOW'), ['claude-sonnet:latest', 'low']);
    assert.deepEqual(found('claude:medium'), ['claude:latest', 'medium']);
    assert.deepEqual(found('anthropic/claude-sonnet-4.5:high'), ['claude-sonnet:latest', 'high']);
    assert.deepEqual(found('claude-sonnet'), ['claude-sonnet:latest', undefined]);
    assert.deepEqual(found('claude-sonnet:workspace'), ['claude-sonnet:workspace', undefined]);
  });

  it('works with aliases, on both sides', () => {
    const policy = { ...REJECT, aliases: { 'gpt-5': 'sonnet', thinker: 'claude-sonnet:high' } };
    assert.deepEqual(found('gpt-5:low', policy), ['claude-sonnet:latest', 'low']);
    assert.deepEqual(found('thinker', policy), ['claude-sonnet:latest', 'high']);
    assert.deepEqual(found('thinker:low', policy), ['claude-sonnet:latest', 'low']);
  });

  it('is ignored by a model without it, as an effort in a request is', () => {
    assert.deepEqual(found('claude-haiku:high'), ['claude-haiku:latest', undefined]);
    assert.deepEqual(found('claude-sonnet:max'), ['claude-sonnet:latest', undefined]);
  });

  it('does not make an unknown model known', () => {
    assert.deepEqual(found('llama3.2:high'), [undefined, undefined]);
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

describe('stored models', () => {
  const models = [...MODELS, { ...model('haiku'), efforts: ['low', 'high'] as const }];
  const cli = listEntries(models, ['chat']);
  const all = withStoredModels(cli, [
    storedModel({ model: 'My-Haiku:V1', modified_at: '2026-01-01' }),
    storedModel({ model: 'quick:latest', from: 'claude-haiku:high', modified_at: '2026-02-01' }),
    storedModel({ model: 'pinned:latest', from: 'claude-haiku-4-5-20251001', modified_at: '2026-03-01' }),
    storedModel({ model: 'agent:latest', from: 'claude-sonnet:workspace' }),
    storedModel({ model: 'claude-haiku:latest' }),
  ]);
  const find = (name: string, policy = REJECT): string | undefined =>
    resolveName(all, name, policy)?.entry.name;

  it('are listed after the models of the CLI, the newest first', () => {
    assert.deepEqual(
      all.slice(cli.length).map(({ name }) => name),
      ['pinned:latest', 'quick:latest', 'My-Haiku:V1'],
    );
  });

  it('have the model that they were made from, with its effort', () => {
    const found = resolveName(all, 'QUICK', REJECT)?.entry;
    assert.deepEqual([found?.model.value, found?.effort], ['haiku', 'high']);
    assert.equal(resolveName(all, 'pinned', REJECT)?.entry.model.value, 'claude-haiku-4-5-20251001');
  });

  it('are found by their exact name in any case, before a family', () => {
    assert.equal(find('my-haiku:v1'), 'My-Haiku:V1');
    assert.equal(find('registry.ollama.ai/library/MY-HAIKU:V1'), 'My-Haiku:V1');
    assert.equal(find('my-haiku:v2'), 'claude-haiku:latest');
    assert.equal(find('my-haiku'), 'claude-haiku:latest');
  });

  it('take an effort as their tag', () => {
    const found = resolveName(all, 'quick:low', REJECT)?.entry;
    assert.deepEqual([found?.name, found?.effort], ['quick:latest', 'low']);
  });

  it('are never found by a family, or as the default', () => {
    const stored = storedModel({ model: 'only:latest', from: 'claude-haiku' });
    const entries = withStoredModels(listEntries([model('haiku'), model('sonnet')], ['chat']), [stored]);
    const policy: NamePolicy = { ...REJECT, unknown: 'default' };
    for (const name of ['claude-3-haiku', 'claude-fable', 'x']) {
      assert.equal(resolveName(entries, name, policy)?.entry.stored, undefined, name);
    }
  });

  it('can be the target of an alias, and the default of the settings', () => {
    assert.equal(find('gpt-4', { ...REJECT, aliases: { 'gpt-4': 'quick' } }), 'quick:latest');
    assert.equal(
      find('gpt-4', { ...REJECT, unknown: 'default', defaultModel: 'my-haiku:v1' }),
      'My-Haiku:V1',
    );
  });

  it('stay behind an alias of the user', () => {
    assert.equal(find('quick', { ...REJECT, aliases: { quick: 'claude-sonnet' } }), 'claude-sonnet:latest');
  });

  it('are made from a name that means the same model later', () => {
    for (const name of ['claude-haiku', 'claude-haiku:high', 'claude', 'quick', 'my-opus', 'my-id']) {
      const aliases = { 'my-opus': 'opus[1m]', 'my-id': 'us.anthropic.claude-haiku-v1:0' };
      const entry = resolveName(all, name, { ...REJECT, aliases })?.entry;
      assert.ok(entry !== undefined, name);
      const from = targetName(cli, entry);
      const [again] = withStoredModels(cli, [storedModel({ model: 'new:latest', from })]).slice(-1);
      assert.deepEqual(
        [again?.model, again?.effort, again?.lane],
        [entry.model, entry.effort, entry.lane],
        name,
      );
    }
  });
});
