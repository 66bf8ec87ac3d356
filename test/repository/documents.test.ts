import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { SECTION } from '../../src/vscode/platform/names.js';
import { clientGuides } from './clientGuides.js';
import { headingsOf, linksOf, withoutCode } from './markdown.js';
import { contributedSettings, filesUnder, manifest, read, root } from './repository.js';

const MAX_README_LINES = 250;
/** Where the generated guides are. */
const GUIDES = 'docs/clients.md';
const COMPATIBILITY = 'docs/compatibility.md';
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...filesUnder('docs').filter((file) => file.endsWith('.md')),
];

/** The ids of the differences from Ollama, in order. */
function differenceIds(): string[] {
  return Array.from(read(COMPATIBILITY).matchAll(/^\| (C-\d+) +\|/gm), ([, id = '']) => id);
}

/** The npm scripts that a document mentions. */
function scriptsIn(document: string): string[] {
  return Array.from(
    read(document).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g),
    (match) => match[1] ?? match[2]!,
  );
}

describe('the documents', () => {
  it('mention only npm scripts that exist', () => {
    const scripts = new Set(Object.keys(manifest().scripts));
    for (const document of DOCUMENTS) {
      const unknown = scriptsIn(document).filter((script) => !scripts.has(script));
      assert.deepEqual(unknown, [], document);
    }
  });

  it('mention npm start and npm test in README and CONTRIBUTING', () => {
    for (const document of ['README.md', 'CONTRIBUTING.md']) {
      const mentioned = scriptsIn(document);
      assert.ok(
        ['start', 'test'].every((script) => mentioned.includes(script)),
        document,
      );
    }
  });

  it('link only to files and headings that exist', () => {
    const broken = DOCUMENTS.flatMap((document) =>
      linksOf(read(document)).flatMap((link) => {
        const [path = '', heading] = link.split('#');
        const file = path === '' ? document : posix.join(posix.dirname(document), decodeURI(path));
        if (!existsSync(join(root, file))) return [`${document}: ${link}`];
        if (heading === undefined || !file.endsWith('.md')) return [];
        return headingsOf(read(file)).includes(heading) ? [] : [`${document}: ${link}`];
      }),
    );
    assert.deepEqual(broken, []);
  });

  it('mention only paths of the repository that exist', () => {
    const missing = DOCUMENTS.filter((document) => document !== 'CHANGELOG.md').flatMap((document) =>
      Array.from(
        read(document).matchAll(/`((?:src|test|scripts|docs|media)\/[\w./-]*)`/g),
        (match) => match[1]!,
      )
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${document}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  it('show badges of the version and the license in the manifest', () => {
    const { version, license } = manifest();
    assert.ok(read('README.md').includes(`![Version ${version}](media/badges/version.png)`));
    assert.ok(read('README.md').includes(`![License: ${license}](media/badges/license.png)`));
  });

  it('list every setting with its default in the README', () => {
    const listed = Array.from(
      read('README.md').matchAll(/^\|[^|]*\| `([\w.]+)` +\| `([^`]*)` +\|/gm),
      ([, name, value]) => [`${SECTION}.${name}`, value],
    );
    const declared = Object.entries(contributedSettings()).map(([key, { default: value }]) => [
      key,
      typeof value === 'string' && value !== '' ? value : JSON.stringify(value),
    ]);
    assert.deepEqual(listed, declared);
  });

  it('mention every command of the palette in the README', () => {
    const { commands = [], menus = {} } = manifest().contributes;
    const hidden = new Set(
      (menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command),
    );
    const [, table = ''] = /^### Commands\n([^]*?)^## /m.exec(read('README.md')) ?? [];
    const missing = commands.filter(
      ({ command, title }) => !hidden.has(command) && !table.includes(title.value),
    );
    assert.deepEqual(missing, []);
  });

  it('give each difference from Ollama an id of its own', () => {
    const ids = differenceIds();
    assert.ok(ids.length > 0);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('contain every difference from Ollama that code or tests refer to', () => {
    const ids = new Set(differenceIds());
    const sources = [...filesUnder('src'), ...filesUnder('test')].filter((file) => /\.(ts|mjs)$/.test(file));
    const unknown = sources.flatMap((file) =>
      Array.from(read(file).matchAll(/\bC-\d+\b/g), ([id]) => id)
        .filter((id) => !ids.has(id))
        .map((id) => `${file}: ${id}`),
    );
    assert.deepEqual(unknown, []);
  });

  it('explain every dependency in CONTRIBUTING', () => {
    const text = read('CONTRIBUTING.md');
    const { dependencies, devDependencies } = manifest();
    const unexplained = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !text.includes(`\`${name}\``),
    );
    assert.deepEqual(unexplained, []);
  });

  it(`have the guides of the command "Connect a Client" in ${GUIDES}`, () => {
    const wanted = clientGuides();
    writeFileSync(join(root, 'out/clientGuides.md'), wanted);
    const [, section] = /<!-- clients -->\n\n([^]*?)\n\n<!-- end of clients -->/.exec(read(GUIDES)) ?? [];
    assert.equal(section, wanted, `the section between the marks of ${GUIDES} must be out/clientGuides.md`);
  });

  it(`have a README of at most ${MAX_README_LINES} lines`, () => {
    assert.ok(read('README.md').split('\n').length - 1 <= MAX_README_LINES);
  });

  it('give the test command that CI runs', () => {
    assert.match(read('README.md'), /^\s*npm test\s*$/m);
    assert.match(read('.ci/run'), /^\s*npm test\s*$/m);
  });

  it('list the current version in CHANGELOG', () => {
    const { version } = manifest();
    assert.match(read('CHANGELOG.md'), new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'));
  });
});

describe('the reader of Markdown', () => {
  const markdown = [
    '# A Title, `code` & more!',
    'See [this](docs/a.md#part), [that](#x-1) and [the web](https://example.com).',
    '![picture](media/a.png) <img src="media/b.png"> <a id="own-anchor"></a>',
    '```md\n[no link](no.md)\n# No heading\n```',
    'Also `[no](link.md)`.',
    '## Part',
    '## Part',
  ].join('\n');

  it('finds relative links and images, not those in code', () => {
    assert.deepEqual(linksOf(markdown), ['docs/a.md#part', '#x-1', 'media/a.png', 'media/b.png']);
    assert.doesNotMatch(withoutCode(markdown), /no\.md|link\.md/);
  });

  it("finds anchors as GitHub makes them, and those of the document's own", () => {
    assert.deepEqual(headingsOf(markdown), ['a-title-code--more', 'part', 'part-1', 'own-anchor']);
  });
});
