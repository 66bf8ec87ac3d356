/** What the editor runs in its extension host: the Mocha suite. Results go to a file, which the runner reads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'mocha';
import { workspace } from 'vscode';

/** One test, as the runner reads it. */
export interface TestResult {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly error?: string;
}

/** What does not depend on the editor's version, but for what the oldest one lacks. Left out where that is enough. */
const SAME_EVERYWHERE =
  process.env['EDITOR_TEST_BRIEF'] === '1'
    ? []
    : ['chat', 'lifecycle', 'settings', 'token', 'connect', 'portInUse'];

/** In this order: the last one ends the extension. */
const FILES = [
  'activation',
  'languageModels',
  ...SAME_EVERYWHERE,
  // Where a file has been opened that names several.
  ...(workspace.workspaceFile === undefined ? [] : ['folders']),
  'deactivation',
];
const TIMEOUT_MS = 60_000;

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
    // Failed hooks come here too, as tests with the hook's title.
    runner.on('fail', (test, error) => add(test, 'failed', error as Error));
  });
  const file = process.env['EDITOR_TEST_RESULTS'];
  if (file === undefined) throw new Error('EDITOR_TEST_RESULTS is not set');
  writeFileSync(file, JSON.stringify(results));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
