import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, read, root } from './repository.js';

/** How many lines in 10,000 may match. */
const MAX_PER_10_000_LINES = 15;

/** Phrases that make a text hard to understand for a reader who does not know the project. */
const PHRASES =
  /\b(nobody|whoever|a person|the person|of ours|at work|in so many words|by itself|who (asks|wants|waits|leaves|stops|has|is)|what (came|comes|fails)|in mid-(answer|stream)|foreseen|has gone)\b/i;

const FOLDERS = ['src', 'test', 'scripts', 'docs'];

function textFiles(): string[] {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap(filesUnder);
  const documents = readdirSync(root).filter((file) => file.endsWith('.md'));
  return [...inFolders.filter((file) => /\.(ts|mjs|md|json)$/.test(file)), ...documents];
}

describe('the language of the repository', () => {
  it(`has at most ${MAX_PER_10_000_LINES} lines in 10,000 with obscure phrases`, () => {
    let lines = 0;
    const matches: Record<string, number> = {};
    for (const file of textFiles()) {
      const all = read(file).split('\n');
      lines += all.length;
      const count = all.filter((line) => PHRASES.test(line)).length;
      if (count > 0) matches[file] = count;
    }
    const total = Object.values(matches).reduce((sum, count) => sum + count, 0);
    const rate = (total / lines) * 10_000;
    console.log(`      ${total} of ${lines} lines: ${rate.toFixed(1)} in 10,000`);
    const worst = Object.entries(matches).sort(([, a], [, b]) => b - a);
    assert.ok(
      rate <= MAX_PER_10_000_LINES,
      worst
        .slice(0, 30)
        .map(([file, count]) => `${count} ${file}`)
        .join('\n'),
    );
  });
});
