import assert from 'node:assert/strict';
import { importsOf, targetOf } from './importStatements.js';
import type { Target } from './importStatements.js';
import { filesUnder, manifest, read } from './repository.js';

/** The part of the sources that a file belongs to: a layer, a program, or a file that every layer may import. */
type Part = 'core' | 'protocol' | 'server' | 'claude' | 'vscode' | 'extension' | 'headless' | 'shared';

interface Rule {
  readonly parts: readonly Part[];
  readonly node: boolean;
  readonly vscode: boolean;
  /** Runtime dependencies. */
  readonly packages: readonly string[] | 'any';
}

/** What each part may import. A part may always import itself. */
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

/** The only file of the server that src/vscode may import. */
const SERVER_API = 'src/server/server.ts';

/** Stands for the files that are in a layer's folder itself. */
const TOP = '(top)';

/** The folders of two layers in order: files in a folder may import only from folders before it. */
const FOLDER_ORDER = {
  claude: ['cli', 'process', 'workspace', 'tools', 'turn', 'conversation', 'pool', TOP],
  vscode: [
    'platform',
    'editorContext',
    'lifecycle',
    'notifications',
    'permissions',
    'activity',
    'usage',
    'ui',
    'setup',
    'connect',
    'chat',
    'diagnose',
    TOP,
  ],
} as const satisfies Partial<Record<Part, readonly string[]>>;

/** How many files there may be in a layer's folder itself. */
const MAX_TOP_FILES = { claude: 3, vscode: 8 } as const;

function partOf(file: string): Part {
  const [, first, second] = file.split('/');
  if (second === undefined) {
    if (first === 'extension.ts') return 'extension';
    return first === 'headless.ts' ? 'headless' : 'shared';
  }
  assert.ok(first !== undefined && first in RULES, `${file} is in an unknown folder of src`);
  return first as Part;
}

/** The folder of a file within its layer. */
function folderOf(file: string): string {
  const [, , folder, name] = file.split('/');
  return name === undefined ? TOP : folder!;
}

/** Why an import is forbidden, or `undefined`. */
function violation(importer: string, target: Target): string | undefined {
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
      if (part === 'vscode' && other === 'server' && target.path !== SERVER_API) {
        return `vscode may import only ${SERVER_API} of the server`;
      }
      return undefined;
    }
  }
  return target satisfies never;
}

/** Whether an import within a layer is against the order of the layer's folders. */
function isBackward(importer: string, imported: string): boolean {
  const part = partOf(importer);
  if (part !== partOf(imported) || (part !== 'claude' && part !== 'vscode')) return false;
  const order: readonly string[] = FOLDER_ORDER[part];
  return order.indexOf(folderOf(imported)) > order.indexOf(folderOf(importer));
}

/** The files of every import circle; each file is in at most one of them. */
function circlesOf(files: readonly string[], importsOfFile: (file: string) => readonly string[]): string[][] {
  const reachable = new Map(
    files.map((file) => {
      const reached = new Set(importsOfFile(file));
      // A Set's iteration also visits what is added during it.
      for (const next of reached) for (const further of importsOfFile(next)) reached.add(further);
      return [file, reached] as const;
    }),
  );
  const circles = files
    .filter((file) => reachable.get(file)!.has(file))
    .map((file) =>
      files.filter((other) => reachable.get(file)!.has(other) && reachable.get(other)!.has(file)),
    );
  return circles.filter((circle, at) => circles.findIndex((other) => other[0] === circle[0]) === at);
}

const sources = filesUnder('src').filter((file) => file.endsWith('.ts'));
const edges = sources.flatMap((importer) =>
  importsOf(read(importer)).map((specifier) => ({
    importer,
    specifier,
    target: targetOf(importer, specifier),
  })),
);
const fileEdges = edges.flatMap(({ importer, target }) =>
  target.kind === 'file' ? [{ importer, imported: target.path }] : [],
);

describe('the import rules', () => {
  it('read imports in every form', () => {
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

  it('find forbidden imports', () => {
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
      ([importer, specifier]) => violation(importer, targetOf(importer, specifier)) === undefined,
    );
    assert.deepEqual(passed, []);
  });

  it('find imports against the order of the folders', () => {
    assert.equal(isBackward('src/claude/cli/cli.ts', 'src/claude/pool/pool.ts'), true);
    assert.equal(isBackward('src/claude/pool/pool.ts', 'src/claude/cli/cli.ts'), false);
    assert.equal(isBackward('src/claude/pool/pool.ts', 'src/claude/backend.ts'), true);
    assert.equal(isBackward('src/vscode/platform/names.ts', 'src/vscode/ui/menu.ts'), true);
    assert.equal(isBackward('src/vscode/ui/menu.ts', 'src/vscode/ui/menuItems.ts'), false);
    assert.equal(isBackward('src/vscode/ui/menu.ts', 'src/core/log.ts'), false);
  });

  it('find import circles', () => {
    const imports: Record<string, string[]> = { a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: [] };
    assert.deepEqual(
      circlesOf(Object.keys(imports), (file) => imports[file]!),
      [['a', 'b', 'c']],
    );
  });
});

describe('imports of src', () => {
  it('are allowed by the rules', () => {
    const violations = edges.flatMap(({ importer, specifier, target }) => {
      const why = violation(importer, target);
      return why === undefined ? [] : [`${importer} imports ${specifier}: ${why}`];
    });
    assert.deepEqual(violations, []);
  });

  it('follow the order of the folders in src/claude and src/vscode', () => {
    for (const [part, order] of Object.entries(FOLDER_ORDER)) {
      const folders = new Set(sources.filter((file) => file.startsWith(`src/${part}/`)).map(folderOf));
      assert.deepEqual([...folders].sort(), [...order].sort(), `FOLDER_ORDER does not list src/${part}`);
    }
    const backward = fileEdges
      .filter(({ importer, imported }) => isBackward(importer, imported))
      .map(({ importer, imported }) => `${importer} imports ${imported}`);
    assert.deepEqual(backward, []);
  });

  it('form no circle', () => {
    const imports = new Map(
      sources.map((file) => [
        file,
        fileEdges.filter(({ importer }) => importer === file).map(({ imported }) => imported),
      ]),
    );
    assert.deepEqual(
      circlesOf(sources, (file) => imports.get(file) ?? []),
      [],
    );
  });

  it('lead to files that exist', () => {
    const missing = fileEdges.filter(
      ({ imported }) => !sources.includes(imported) && !imported.endsWith('.json'),
    );
    assert.deepEqual(missing, []);
  });

  it('reach every file from a program', () => {
    const reached = new Set<string>(['src/extension.ts', 'src/headless.ts']);
    // A Set's iteration also visits what is added during it.
    for (const file of reached) {
      for (const { importer, imported } of fileEdges) if (importer === file) reached.add(imported);
    }
    const unreached = sources.filter((file) => !reached.has(file) && !file.endsWith('.d.ts'));
    assert.deepEqual(unreached, []);
  });

  it('use every runtime dependency and no other package', () => {
    const used = edges.flatMap(({ target }) => (target.kind === 'package' ? [target.name] : []));
    assert.deepEqual([...new Set(used)].sort(), Object.keys(manifest().dependencies).sort());
  });
});

describe('the folders of src', () => {
  for (const [part, max] of Object.entries(MAX_TOP_FILES)) {
    it(`hold at most ${max} files in src/${part} itself`, () => {
      const files = sources.filter((file) => file.startsWith(`src/${part}/`) && folderOf(file) === TOP);
      assert.ok(files.length <= max, files.join(', '));
    });
  }
});
