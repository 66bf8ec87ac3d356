// The table of results in docs/clients.md, which `npm test -- SUITE… --record` writes: one row for each client and API.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

/**
 * What a suite writes for a client: see test/support/clientSuite/results.ts.
 * @typedef {object} ClientResult
 * @property {string} client
 * @property {string} version
 * @property {string} api
 * @property {readonly string[]} passed
 * @property {readonly string[]} failed
 * @property {readonly string[]} skipped
 */

const DOCUMENT = 'docs/clients.md';
const BEGIN = '<!-- results -->';
const END = '<!-- end of results -->';
const HEAD = '| client | version | API | features | result |\n| --- | --- | --- | --- | --- |';

/** Makes an empty folder for the results of a run, for the environment variable CLIENT_RESULTS. */
export function resultsFolder() {
  const folder = inRoot('out/clientResults');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Puts the results of a run into the document. Clients that did not run keep their rows.
 * @param {string} folder
 */
export async function writeTable(folder) {
  const results = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => /** @type {ClientResult} */ (JSON.parse(readFileSync(join(folder, file), 'utf8'))));
  if (results.length === 0 || !existsSync(inRoot(DOCUMENT))) return;
  const text = replaceTable(readFileSync(inRoot(DOCUMENT), 'utf8'), results);
  const { format, resolveConfig } = await import('prettier');
  const style = await resolveConfig(inRoot(DOCUMENT));
  writeFileSync(inRoot(DOCUMENT), await format(text, { ...style, parser: 'markdown' }));
  console.log(`\n${DOCUMENT}: the results of ${results.length} clients were written`);
}

/**
 * The document with these results in its table.
 * @param {string} text
 * @param {readonly ClientResult[]} results
 * @returns {string}
 * @throws {Error} when the document has no place for the table
 */
export function replaceTable(text, results) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has no lines ${BEGIN} and ${END}`);
  const rows = new Map(oldRows(text.slice(begin, end)).map((row) => [keyOf(row), row]));
  for (const result of results) {
    const row = rowOf(result);
    rows.set(keyOf(row), row);
  }
  const sorted = [...rows.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const lines = sorted.map((cells) => `| ${cells.join(' | ')} |`);
  return `${text.slice(0, begin)}${BEGIN}\n\n${[HEAD, ...lines].join('\n')}\n\n${text.slice(end)}`;
}

/**
 * @param {ClientResult} result
 * @returns {string[]} the cells of its row
 */
function rowOf({ client, version, api, passed, failed, skipped }) {
  const all = passed.length + failed.length + skipped.length;
  const missing = [
    ...failed.map((title) => `fails: ${title}`),
    ...skipped.map((title) => `without: ${title}`),
  ];
  const result = missing.length === 0 ? 'all pass' : `${passed.length} of ${all}; ${missing.join(', ')}`;
  return [client, version, api, passed.join(', '), result].map((cell) => cell.replaceAll('|', '\\|'));
}

/**
 * The cells of the rows of a table.
 * @param {string} table
 */
function oldRows(table) {
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/**
 * What a row is about: the client and the API.
 * @param {readonly string[]} row
 */
const keyOf = ([client = '', , api = '']) => `${client.toLowerCase()} | ${api}`;
