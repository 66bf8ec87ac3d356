/** `docs/security-tests.md` names tests that exist, and every test file of the suite adversary. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './repository.js';

const TABLE = 'docs/security-tests.md';
/** `test/….test.ts`: a title. */
const NAMED = /`(test\/[\w/]+\.test\.ts)`: (.+?)(?= *(?:<br>|\|))/g;
const TITLE = /\b(?:describe|it)\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;
/** A part of a title that differs from case to case. */
const PART = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;

function titlesIn(file: string): ReadonlySet<string> {
  const titles = [...read(file).matchAll(TITLE)].map(([, single, double, template]) =>
    (single ?? double ?? template ?? '').replaceAll(PART, '…').replaceAll(/\\(.)/g, '$1'),
  );
  return new Set(titles);
}

/** The headings of a page that begin with these characters. */
function headingsOf(page: string, mark: string): string[] {
  return read(page)
    .split('\n')
    .flatMap((line) => (line.startsWith(`${mark} `) ? [line.slice(mark.length + 1)] : []));
}

describe(TABLE, () => {
  const named = [...read(TABLE).matchAll(NAMED)].map(([, file = '', title = '']) => ({ file, title }));

  it('names tests that exist, with their titles', () => {
    assert.ok(named.length > 40);
    const missing = named.filter(({ file, title }) => !titlesIn(file).has(title));
    assert.deepEqual(missing, []);
  });

  it('names every test file of the suite adversary', () => {
    const files = readdirSync(join(root, 'test/adversary')).filter((file) => file.endsWith('.test.ts'));
    const missing = files.filter((file) => !named.some((test) => test.file === `test/adversary/${file}`));
    assert.deepEqual(missing, []);
  });

  it('has the headings of SECURITY.md under which something is promised', () => {
    const promising = [
      ...headingsOf('SECURITY.md', '###'),
      ...headingsOf('SECURITY.md', '##').filter((heading) =>
        ['Workspace models', 'The token', 'Limits'].includes(heading),
      ),
    ];
    assert.deepEqual(headingsOf(TABLE, '##'), promising);
  });
});
