/** Runs the Mocha suite in the extension host, and writes the results to a file for the test runner. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'mocha';
import { workspace } from 'vscode';

/** The result of one test. */
export interface TestResult {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly error?: string;
}

/** Tests that do not depend on the editor's version. A brief run leaves them out. */
const VERSION_INDEPENDENT =
  process.env['EDITOR_TEST_BRIEF'] === '1'
    ? []
    : ['chat', 'lifecycle', 'settings', 'token', 'connect', 'portInUse'];

/** In this order: the last file deactivates the extension. */
const FILES = [
  'activation',
  'languageModels',
  ...VERSION_INDEPENDENT,
  // Only in a window with several folders.
  ...(workspace.workspaceFile === undefined ? [] : ['folders']),
  'deactivation',
];
const TIMEOUT_MS = 60_000;

/**
 * Entry point that the editor calls.
 * @throws when a test failed, so that the editor exits with an error
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ timeout: TIMEOUT_MS, forbidOnly: true, reporter: Mocha.reporters.Base });
  for (const name of FILES) mocha.addFile(join(__dirname, `${name}.test.cjs`));
  await mocha.loadFilesAsync();

  const results: TestResult[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const add = (test: Test, state: TestResult['state'], error?: Error): void => {
      const text = error?.stack ?? error?.message;
      results.push({ title: test.fullTitle(), state, ...(text === undefined ? {} : { error: text }) });
    };
    runner.on('pass', (test) => add(test, 'passed'));
    runner.on('pending', (test) => add(test, 'skipped'));
    // Mocha also reports failed hooks here, as tests with the hook's title.
    runner.on('fail', (test, error) => add(test, 'failed', error as Error));
  });
  const file = process.env['EDITOR_TEST_RESULTS'];
  if (file === undefined) throw new Error('EDITOR_TEST_RESULTS is not set');
  writeFileSync(file, JSON.stringify(results));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
