import assert from 'node:assert/strict';
import { importsOf, targetOf } from './importStatements.js';
import { filesUnder, read } from './repository.js';

/** What several suites share. Everything else in test/ is the folder of one suite. */
const SHARED = new Set(['support', 'standin']);

/** The folder of test/ that a file belongs to; `undefined` for files elsewhere. */
function suiteOf(file: string): string | undefined {
  const [top, suite] = file.split('/');
  return top === 'test' ? suite : undefined;
}

/** Whether a file in test/ must not import another file. */
function isForbidden(importer: string, imported: string): boolean {
  const [own, other] = [suiteOf(importer), suiteOf(imported)];
  if (other === undefined || other === own) return false;
  if (own === 'standin') return true;
  return !SHARED.has(other);
}

const files = filesUnder('test').filter((file) => /\.(ts|mjs)$/.test(file));

describe('imports of the test suites', () => {
  it('are found when they are forbidden', () => {
    assert.equal(isForbidden('test/e2e/a.ts', 'test/http/b.ts'), true);
    assert.equal(isForbidden('test/support/a.ts', 'test/http/b.ts'), true);
    assert.equal(isForbidden('test/standin/a.ts', 'test/support/b.ts'), true);
    assert.equal(isForbidden('test/e2e/a.ts', 'test/e2e/deep/b.ts'), false);
    assert.equal(isForbidden('test/support/a.ts', 'test/standin/b.ts'), false);
    assert.equal(isForbidden('test/e2e/a.ts', 'src/core/b.ts'), false);
  });

  it('lead to src, scripts, the own suite, test/support and test/standin, not to another suite', () => {
    const forbidden = files.flatMap((importer) =>
      // The test of the import rules holds imports as texts.
      (importer === 'test/repository/imports.test.ts' ? [] : importsOf(read(importer))).flatMap(
        (specifier) => {
          const target = targetOf(importer, specifier);
          return target.kind === 'file' && isForbidden(importer, target.path)
            ? [`${importer} imports ${target.path}`]
            : [];
        },
      ),
    );
    assert.deepEqual(forbidden, []);
  });
});
