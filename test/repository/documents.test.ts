import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { clientGuides } from './clientGuides.js';
import { headingsOf, linksOf, withoutCode } from './markdown.js';
import { filesUnder, manifest, read, root } from './repository.js';

const MAX_README_LINES = 250;
const hasClientsDocument = existsSync(join(root, 'docs/clients.md'));
/** Where the generated guides are. */
const GUIDES = hasClientsDocument ? 'docs/clients.md' : 'README.md';
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...(existsSync(join(root, 'docs')) ? filesUnder('docs').filter((file) => file.endsWith('.md')) : []),
];

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
    const lines = read('README.md').split('\n').length - 1;
    assert.ok(lines <= MAX_README_LINES || !hasClientsDocument, `${lines} lines`);
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

  it('is given documents that exist', () => {
    for (const document of DOCUMENTS) assert.ok(statSync(join(root, document)).size > 0, document);
  });
});
