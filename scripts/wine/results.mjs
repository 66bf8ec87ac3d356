// The table of results in docs/windows.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../paths.mjs';
import { EXCEPTIONS } from './exceptions.mjs';

const DOCUMENT = inRoot('docs/windows.md');
const BEGIN = '<!-- results: written by npm test -- --wine -->';
const END = '<!-- end of results -->';

/** @typedef {import('./outcome.mjs').Outcome} Outcome */

/**
 * Replaces the rows of these suites in the document, and the list of the tests that wine cannot run.
 * @param {readonly Outcome[]} outcomes
 */
export async function writeResults(outcomes) {
  const { format, resolveConfig } = await import('prettier');
  const text = withResults(readFileSync(DOCUMENT, 'utf8'), outcomes);
  const options = { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT };
  writeFileSync(DOCUMENT, await format(text, options));
}

/**
 * Pure.
 * @param {string} document
 * @param {readonly Outcome[]} outcomes
 */
function withResults(document, outcomes) {
  const [before, rest = ''] = document.split(BEGIN);
  const [old = '', after] = rest.split(END);
  if (before === undefined || after === undefined)
    throw new Error(`${DOCUMENT} has no place for the results`);
  const rows = new Map(Array.from(old.matchAll(/^\| `(\w+)` .*\|$/gm), ([row, suite = '']) => [suite, row]));
  for (const outcome of outcomes) rows.set(outcome.suite, rowOf(outcome));
  const table = [
    '| suite | passed | failed | impossible under wine | skipped on Windows |',
    '| --- | --- | --- | --- | --- |',
    ...rows.values(),
  ];
  const reasons = [
    '| impossible under wine | suite | reason |',
    '| --- | --- | --- |',
    ...EXCEPTIONS.map(
      ({ suite, tests, reason }) => `| \`${cell(tests.source)}\` | \`${suite}\` | ${cell(reason)} |`,
    ),
  ];
  return [before + BEGIN, table.join('\n'), reasons.join('\n'), END + after].join('\n\n');
}

/** @param {Outcome} outcome */
function rowOf({ suite, passed, failures, impossible, skipped }) {
  return `| \`${suite}\` | ${passed} | ${failures.length} | ${impossible} | ${skipped} |`;
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');
