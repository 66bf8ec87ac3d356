import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointSettings, readSettings } from '../../../../src/vscode/platform/settings.js';

interface Manifest {
  contributes: { configuration: { properties: Record<string, { default: unknown; scope: string }> }[] };
}
const manifest = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as Manifest;
const declared = new Map(
  manifest.contributes.configuration
    .flatMap(({ properties }) => Object.entries(properties))
    .map(([key, property]) => [key.replace(/^claudeOllama\./, ''), property]),
);

/** The manifest's defaults, with some values set over them. */
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

describe('settings', () => {
  it('are the declared ones, all of them and no others', () => {
    const from = source();
    readSettings(from, noWarning);
    assert.deepEqual([...from.read].sort(), [...declared.keys()].sort());
  });

  it('have the defaults of the manifest when nothing is set', () => {
    const settings = readSettings(source(), noWarning);
    assert.deepEqual(
      settings,
      Object.fromEntries([...declared].map(([key, { default: value }]) => [key, value])),
    );
  });

  it('take what is set', () => {
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
    ['maxQueuedRequests', -1],
    ['prewarm', 'sometimes'],
    ['idleTimeoutMinutes', '10'],
    ['workspace.permissions', 'bypassPermissions'],
    ['workspace.editorContext', 'yes'],
  ] as const) {
    it(`fall back to the default, with a warning, when ${key} is ${JSON.stringify(value)}`, () => {
      const warnings: string[] = [];
      const settings = readSettings(source({ [key]: value }), (line) => warnings.push(line));
      assert.deepEqual(settings[key], declared.get(key)?.default);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, new RegExp(key));
    });
  }

  it('cannot be set by a workspace where they decide what runs or who may connect', () => {
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

  it('reach the server as a policy for names and for who may come in', () => {
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
