import assert from 'node:assert/strict';
import { importsOf, targetOf } from './imports.js';
import type { Target } from './imports.js';
import { filesUnder, manifest, read } from './repository.js';

/** Where a file belongs: a layer's folder, a program, or a file that every layer may use. */
type Part = 'core' | 'protocol' | 'server' | 'claude' | 'vscode' | 'extension' | 'headless' | 'shared';

interface Rule {
  readonly parts: readonly Part[];
  readonly node: boolean;
  readonly vscode: boolean;
  /** Runtime dependencies. */
  readonly packages: readonly string[] | 'any';
}

/** The table of the house: who may import whom. A part may always import itself. */
const RULES: Readonly<Record<Part, Rule>> = {
  core: { parts: [], node: false, vscode: false, packages: [] },
  shared: { parts: [], node: false, vscode: false, packages: [] },
  protocol: { parts: ['core'], node: false, vscode: false, packages: ['valibot'] },
  server: { parts: ['core', 'protocol', 'shared'], node: true, vscode: false, packages: 'any' },
  claude: { parts: ['core', 'shared'], node: true, vscode: false, packages: 'any' },
  vscode: { parts: ['core', 'server', 'shared'], node: true, vscode: true, packages: 'any' },
  headless: {
    parts: ['core', 'protocol', 'server', 'claude', 'shared'],
    node: true,
    vscode: false,
    packages: 'any',
  },
  extension: {
    parts: ['core', 'protocol', 'server', 'claude', 'vscode', 'shared'],
    node: true,
    vscode: true,
    packages: 'any',
  },
};

/** The only file of the server that the editor's shell may know. */
const SERVER_FACE = 'src/server/server.ts';

function partOf(file: string): Part {
  const [, first, second] = file.split('/');
  if (second === undefined) {
    if (first === 'extension.ts') return 'extension';
    return first === 'headless.ts' ? 'headless' : 'shared';
  }
  assert.ok(first !== undefined && first in RULES, `${file} is in a folder that the house does not have`);
  return first as Part;
}

/** Why an import is forbidden, or `undefined`. */
function offence(importer: string, target: Target): string | undefined {
  const part = partOf(importer);
  const rule = RULES[part];
  switch (target.kind) {
    case 'node':
      return rule.node ? undefined : `${part} must not use ${target.name}`;
    case 'vscode':
      return rule.vscode ? undefined : `${part} must not use vscode`;
    case 'package':
      return rule.packages === 'any' || rule.packages.includes(target.name)
        ? undefined
        : `${part} must not use the package ${target.name}`;
    case 'file': {
      if (!target.path.startsWith('src/')) return `${target.path} is outside src`;
      const other = partOf(target.path);
      if (other === part) return undefined;
      if (!rule.parts.includes(other)) return `${part} must not import ${other}`;
      if (part === 'vscode' && other === 'server' && target.path !== SERVER_FACE) {
        return `the shell knows the server by ${SERVER_FACE} only`;
      }
      return undefined;
    }
  }
  return target satisfies never;
}

const sources = filesUnder('src').filter((file) => file.endsWith('.ts'));
const edges = sources.flatMap((importer) =>
  importsOf(read(importer)).map((specifier) => ({
    importer,
    specifier,
    target: targetOf(importer, specifier),
  })),
);

describe('imports of src', () => {
  it('are read in every form', () => {
    const source = [
      `import a, { type B } from './a.js';`,
      `import type {\n  C,\n  D,\n} from '../c/d.js';`,
      `import * as e from 'pkg/sub';`,
      `import '@scope/side/effect';`,
      `export * from './f.js';`,
      `export { g as h } from './g.js';`,
      `const i = await import('node:fs');`,
      `type J = import('vscode').Uri;`,
      `const text = "from './no.js'";`,
      `export function k() { return "from './no.js'"; }`,
    ].join('\n');
    const wanted = [
      './a.js',
      '../c/d.js',
      'pkg/sub',
      './f.js',
      './g.js',
      '@scope/side/effect',
      'node:fs',
      'vscode',
    ];
    assert.deepEqual(importsOf(source), wanted);
    assert.deepEqual(targetOf('src/x/y.ts', '../c/d.js'), { kind: 'file', path: 'src/c/d.ts' });
    assert.deepEqual(targetOf('src/x/y.ts', '@scope/side/effect'), { kind: 'package', name: '@scope/side' });
  });

  it('would be found offending where the house forbids them', () => {
    const forbidden: readonly [string, string][] = [
      ['src/core/chat.ts', 'node:fs'],
      ['src/core/chat.ts', '../protocol/fields.js'],
      ['src/core/chat.ts', 'valibot'],
      ['src/protocol/json/fields.ts', 'node:buffer'],
      ['src/protocol/ollama/chat/request.ts', '../../../server/server.js'],
      ['src/server/server.ts', '../claude/backend.js'],
      ['src/claude/backend.ts', '../server/server.js'],
      ['src/claude/backend.ts', '../protocol/fields.js'],
      ['src/server/server.ts', 'vscode'],
      ['src/vscode/commands.ts', '../server/router.js'],
      ['src/vscode/commands.ts', '../claude/backend.js'],
      ['src/headless.ts', 'vscode'],
      ['src/headless.ts', './vscode/names.js'],
      ['src/claude/backend.ts', '../../test/standin/server.js'],
      ['src/vscode/commands.ts', '../extension.js'],
    ];
    const passed = forbidden.filter(
      ([importer, specifier]) => offence(importer, targetOf(importer, specifier)) === undefined,
    );
    assert.deepEqual(passed, []);
  });

  it('obey the table of the house', () => {
    const offences = edges.flatMap(({ importer, specifier, target }) => {
      const why = offence(importer, target);
      return why === undefined ? [] : [`${importer} imports ${specifier}: ${why}`];
    });
    assert.deepEqual(offences, []);
  });

  it('lead to files that exist', () => {
    const missing = edges.filter(
      ({ target }) =>
        target.kind === 'file' && !sources.includes(target.path) && !target.path.endsWith('.json'),
    );
    assert.deepEqual(missing, []);
  });

  it('reach every file from a program', () => {
    const reached = new Set<string>(['src/extension.ts', 'src/headless.ts']);
    // A Set's iteration also visits what is added during it.
    for (const file of reached) {
      for (const { importer, target } of edges) {
        if (importer === file && target.kind === 'file') reached.add(target.path);
      }
    }
    const unreached = sources.filter((file) => !reached.has(file) && !file.endsWith('.d.ts'));
    assert.deepEqual(unreached, []);
  });

  it('name every runtime dependency and no other package', () => {
    const used = edges.flatMap(({ target }) => (target.kind === 'package' ? [target.name] : []));
    assert.deepEqual([...new Set(used)].sort(), Object.keys(manifest().dependencies).sort());
  });
});
