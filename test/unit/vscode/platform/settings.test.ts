import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../../../../src/claude/backend.js';
import { desiredConfig } from '../../../../src/vscode/lifecycle/desiredConfig.js';
import { endpointSettings, readSettings } from '../../../../src/vscode/platform/settings.js';

interface Setting {
  readonly default: unknown;
  readonly scope: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}
interface Manifest {
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Record<string, Setting> }[];
  };
}
const manifest = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as Manifest;
const declared = new Map(
  manifest.contributes.configuration
    .flatMap(({ properties }) => Object.entries(properties))
    .map(([key, property]) => [key.replace(/^claudeOllama\./, ''), property]),
);

/** A configuration in which the user has set these values. */
function source(values: Record<string, unknown> = {}) {
  const read = new Set<string>();
  return {
    read,
    value: (key: string) => {
      read.add(key);
      return key in values ? values[key] : declared.get(key)?.default;
    },
    defaultOf: (key: string) => declared.get(key)?.default,
  };
}
const noWarning = (line: string) => assert.fail(`unexpected warning: ${line}`);

describe('readSettings', () => {
  it('reads exactly the settings that package.json declares', () => {
    const from = source();
    readSettings(from, noWarning);
    assert.deepEqual([...from.read].sort(), [...declared.keys()].sort());
  });

  it('returns the defaults of package.json when nothing is set', () => {
    const settings = readSettings(source(), noWarning);
    assert.deepEqual(
      settings,
      Object.fromEntries([...declared].map(([key, { default: value }]) => [key, value])),
    );
  });

  it('returns the values that are set', () => {
    const values = {
      port: 11500,
      host: '::1',
      claudePath: '/opt/claude',
      autoStart: false,
      defaultModel: 'claude-haiku',
      unknownModels: 'reject',
      aliases: { 'llama3.2': 'claude-haiku' },
      allowedHosts: ['box.local'],
      allowedOrigins: ['https://chat.example.com'],
      allowOtherUsers: true,
      maxProcesses: 8,
      maxQueuedRequests: 0,
      prewarm: 'never',
      idleTimeoutMinutes: 0.5,
      'workspace.permissions': 'ask',
      'workspace.editorContext': false,
    };
    assert.deepEqual(readSettings(source(values), noWarning), values);
  });

  for (const [key, value] of [
    ['port', '11434'],
    ['port', 0],
    ['port', 70_000],
    ['port', 1.5],
    ['host', '  '],
    ['host', 1],
    ['claudePath', null],
    ['autoStart', 'yes'],
    ['unknownModels', 'guess'],
    ['aliases', ['a']],
    ['aliases', { a: 1 }],
    ['allowedHosts', 'box'],
    ['allowedOrigins', [1]],
    ['allowOtherUsers', 'yes'],
    ['maxProcesses', 0],
    ['maxProcesses', 'many'],
    ['maxQueuedRequests', -1],
    ['prewarm', 'sometimes'],
    ['idleTimeoutMinutes', '10'],
    ['workspace.permissions', 'bypassPermissions'],
    ['workspace.editorContext', 'yes'],
  ] as const) {
    it(`falls back to the default, with a warning, when ${key} is ${JSON.stringify(value)}`, () => {
      const warnings: string[] = [];
      const settings = readSettings(source({ [key]: value }), (line) => warnings.push(line));
      assert.deepEqual(settings[key], declared.get(key)?.default);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, new RegExp(key));
    });
  }

  for (const [key, { minimum, maximum }] of declared) {
    if (minimum === undefined || maximum === undefined) continue;
    it(`accepts the range of ${key} that package.json declares, and no other number`, () => {
      const accepts = (value: number): boolean => {
        const warnings: string[] = [];
        readSettings(source({ [key]: value }), (line) => warnings.push(line));
        return warnings.length === 0;
      };
      assert.deepEqual([minimum - 1, minimum, maximum, maximum + 1].map(accepts), [false, true, true, false]);
    });
  }

  for (const [key, { enum: values }] of declared) {
    if (values === undefined) continue;
    it(`accepts every value of ${key} that package.json declares`, () => {
      for (const value of values) {
        const settings = readSettings(source({ [key]: value }), noWarning);
        assert.equal(settings[key as keyof typeof settings], value);
      }
    });
  }

  it('has the same defaults as the backend, which headless runs without settings', () => {
    const trusted = { trusted: true, folder: '/code', moreFolders: [] };
    const { backend } = desiredConfig(readSettings(source(), noWarning), trusted);
    assert.ok(backend.kind === 'cli');
    assert.deepEqual({ ...DEFAULT_LIMITS, ...backend.limits }, DEFAULT_LIMITS);
  });

  it('has the same defaults as the options of headless', () => {
    const text = readFileSync(join(process.cwd(), 'src/headless.ts'), 'utf8');
    for (const [option, key] of [
      ['port', 'port'],
      ['unknown-models', 'unknownModels'],
      ['workspace-permissions', 'workspace.permissions'],
      ['max-processes', 'maxProcesses'],
    ] as const) {
      const [, value] =
        new RegExp(`^ *'?${option}'?: \\{ type: 'string', default: '([^']*)' \\}`, 'm').exec(text) ?? [];
      assert.equal(value, String(declared.get(key)?.default), option);
    }
  });
});

describe('the settings in package.json', () => {
  it('cannot be set by a workspace if they decide what runs or who may connect', () => {
    for (const key of [
      'claudePath',
      'host',
      'port',
      'autoStart',
      'allowedHosts',
      'allowedOrigins',
      'allowOtherUsers',
      'workspace.permissions',
      'workspace.editorContext',
    ]) {
      assert.equal(declared.get(key)?.scope, 'machine', key);
    }
  });
});

describe('endpointSettings', () => {
  it('maps settings, token and lanes to the options of the server', () => {
    const settings = readSettings(source({ unknownModels: 'reject', aliases: { a: 'b' } }), noWarning);
    assert.deepEqual(endpointSettings(settings, 'secret', ['chat', 'workspace']), {
      names: { defaultModel: '', unknown: 'reject', aliases: { a: 'b' } },
      lanes: ['chat', 'workspace'],
      allowedHosts: [],
      allowedOrigins: [],
      token: 'secret',
      allowOtherUsers: false,
    });
  });
});
