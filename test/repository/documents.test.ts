/** What the documents say about the repository: links, files, badges, and the ids that code and tests refer to. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { SECTION } from '../../src/vscode/platform/names.js';
import { contributedSettings, filesUnder, manifest, read, root } from './repository.js';

const README_LINES = 250;
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...filesUnder('docs').filter((file) => file.endsWith('.md')),
];
const COMPATIBILITY = 'docs/compatibility.md';

const withoutCode = (text: string): string => text.replace(/^ *```[^]*?^ *```$/gm, '');

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = Array.from(withoutCode(read(file)).matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function linksOf(file: string): string[] {
  return Array.from(withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target).filter(
    (target) => !/^[a-z]+:/.test(target),
  );
}

/** Why a link of that document leads nowhere, or `undefined`. */
function brokenLink(file: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(root, target))) return `${file}: ${link}: there is no ${target}`;
  if (anchor === undefined || anchorsOf(target).has(anchor)) return undefined;
  return `${file}: ${link}: ${target} has no such heading`;
}

/** The ids of the differences, in order. */
function differenceIds(): string[] {
  return Array.from(read(COMPATIBILITY).matchAll(/^\| (C-\d+) +\|/gm), ([, id = '']) => id);
}

describe('Markdown documents', () => {
  it(`include a README of at most ${README_LINES} lines`, () => {
    assert.ok(read('README.md').split('\n').length - 1 <= README_LINES);
  });

  it('link only to files and headings that exist', () => {
    const broken = DOCUMENTS.flatMap((file) => linksOf(file).flatMap((link) => brokenLink(file, link) ?? []));
    assert.deepEqual(broken, []);
  });

  it('name only files and folders of the repository that exist', () => {
    const missing = DOCUMENTS.flatMap((file) =>
      Array.from(
        read(file).matchAll(/`((?:src|test|scripts|docs|media)\/[\w./-]*\w)`/g),
        ([, path = '']) => path,
      )
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${file}: ${path}`),
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

  it('name every command of the palette in the README', () => {
    const { commands = [], menus = {} } = manifest().contributes;
    const hidden = new Set(
      (menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command),
    );
    const [, table = ''] = /^### Commands\n([^]*?)^## /m.exec(read('README.md')) ?? [];
    const missing = commands.filter(({ command, title }) => !hidden.has(command) && !table.includes(title));
    assert.deepEqual(missing, []);
  });

  it('give each difference from Ollama an id of its own', () => {
    const ids = differenceIds();
    assert.ok(ids.length > 0);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('contain every difference that code or tests refer to', () => {
    const ids = new Set(differenceIds());
    const sources = [...filesUnder('src'), ...filesUnder('test')].filter((file) => /\.(ts|mjs)$/.test(file));
    const unknown = sources.flatMap((file) =>
      Array.from(read(file).matchAll(/\bC-\d+\b/g), ([id]) => id)
        .filter((id) => !ids.has(id))
        .map((id) => `${file}: ${id}`),
    );
    assert.deepEqual(unknown, []);
  });
});
