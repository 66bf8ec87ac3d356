import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { connectSection } from './connectSection.js';
import { filesUnder, manifest, read, root } from './repository.js';

const LONGEST_FILE = 300;
const sources = filesUnder('src');

describe('the house', () => {
  it(`has no source file over ${LONGEST_FILE} lines`, () => {
    const long = sources.filter((file) => read(file).split('\n').length - 1 > LONGEST_FILE);
    assert.deepEqual(long, []);
  });

  it('names its files after things, in camelCase', () => {
    const misnamed = sources.filter((file) => !/^[a-z][a-zA-Z0-9]*(\.d)?\.ts$/.test(basename(file)));
    assert.deepEqual(misnamed, []);
    const vague = sources.filter((file) => /util|helper|manager|service|misc|common/i.test(basename(file)));
    assert.deepEqual(vague, []);
  });

  it('wires the extension in at most 80 lines', () => {
    assert.ok(read('src/extension.ts').split('\n').length - 1 <= 80);
  });

  it('leaves nothing for later and switches no check off', () => {
    const markers =
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)|(ox|es)lint-disable|\bas any\b/;
    const marked = sources.filter((file) => markers.test(read(file)));
    assert.deepEqual(marked, []);
  });

  it('starts processes in few places, by their file and without a shell', () => {
    const starters = sources.filter((file) => /['"](node:)?child_process['"]/.test(read(file)));
    assert.deepEqual(starters, [
      'src/claude/cli/cli.ts',
      'src/claude/cli/loginPath.ts',
      'src/claude/process/process.ts',
      'src/claude/process/tree.ts',
      'src/claude/process/watchdog.ts',
      'src/vscode/editorContext/gitIgnored.ts',
    ]);
    for (const file of starters) {
      const text = read(file);
      const [, names = ''] = /^import \{ ([^}]*) \} from 'node:child_process';$/m.exec(text) ?? [];
      const values = names.split(', ').filter((name) => !name.startsWith('type '));
      assert.equal(values.length, 1, file);
      assert.match(values[0] ?? '', /^(spawn|execFile)$/, file);
      assert.doesNotMatch(text, /\bshell: (?!false)/, file);
      assert.doesNotMatch(text, /\b(spawn|execFile)\(\s*`/, file);
    }
  });

  it('locks the dependencies without naming where they were fetched from', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
    assert.ok(entries.length > 0);
    assert.deepEqual(
      entries.filter(([, entry]) => entry.resolved !== undefined),
      [],
    );
    assert.deepEqual(
      entries.filter(([, entry]) => entry.integrity === undefined),
      [],
    );
    assert.doesNotMatch(read('package-lock.json') + read('.npmrc'), /registry[.=/]/i);
  });

  it('pins the CLI that the tests drive', () => {
    assert.match(manifest().devDependencies['@anthropic-ai/claude-code'] ?? '', /^\d+\.\d+\.\d+$/);
  });
});

describe('the documents', () => {
  it('name only scripts that exist', () => {
    const own = new Set(Object.keys(manifest().scripts));
    const short = ['start', 'test'];
    for (const file of ['README.md', 'CONTRIBUTING.md']) {
      const named = Array.from(read(file).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g), (match) => {
        return match[1] ?? match[2]!;
      });
      assert.deepEqual(
        named.filter((script) => !own.has(script)),
        [],
        file,
      );
      assert.ok(
        short.every((script) => named.includes(script)),
        `${file} does not name npm start and npm test`,
      );
    }
  });

  it('explain every runtime dependency', () => {
    const text = read('CONTRIBUTING.md');
    const { dependencies, devDependencies } = manifest();
    const unexplained = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !text.includes(`\`${name}\``),
    );
    assert.deepEqual(unexplained, []);
  });

  it('show for each client what Connect a Client shows', () => {
    const wanted = connectSection();
    writeFileSync(join(root, 'out/connect.md'), wanted);
    const [, section] =
      /<!-- clients -->\n\n([^]*?)\n\n<!-- end of clients -->/.exec(read('docs/clients.md')) ?? [];
    assert.equal(section, wanted, 'what belongs between the marks of docs/clients.md is in out/connect.md');
  });

  it('give the test command that CI runs', () => {
    assert.match(read('README.md'), /^\s*npm test\s*$/m);
    assert.match(read('.ci/run'), /^\s*npm test\s*$/m);
  });

  it('state the version that is built', () => {
    const { version } = manifest();
    assert.match(read('CHANGELOG.md'), new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'));
  });
});
