// Runs the Mocha suite inside an editor and reports what it wrote down.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/paths.mjs';
import { freePort } from '../support/ports.mjs';
import { createProfile } from './host/profile.mjs';

/**
 * @param {import('./report.mjs').Report} report
 * @param {string} title
 * @param {string} tests the bundle of the suite
 * @param {import('./model.ts').Model} model
 * @param {{ several: boolean, brief: boolean }} how whether two folders are open, by a file that names them, or one; and
 *   whether tests that do not depend on the editor's version are left out
 * @param {(run: { profile: import('./host/profile.mjs').Profile, opened: string, extension: string, tests: string, env: Record<string, string> }) => Promise<{ code: number, log: string[] }>} editor
 */
export async function runSuite(report, title, tests, model, { several, brief }, editor) {
  report.title(title);
  const profile = await createProfile({
    'claudeOllama.port': await freePort(),
    'claudeOllama.claudePath': model.cli,
  });
  const file = join(profile.root, 'results.json');
  try {
    const env = { ...model.env, EDITOR_TEST_RESULTS: file, EDITOR_TEST_BRIEF: brief ? '1' : '0' };
    const opened = several ? await twoFolders(profile) : profile.workspace;
    const { code, log } = await editor({ profile, opened, extension: root, tests, env });
    const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
    for (const result of results) report.result(result);
    // The exit code and the file are two witnesses: they must agree, and silence is no success.
    const failed = results.some(({ state }) => state === 'failed');
    if (results.length === 0 || failed !== (code !== 0)) {
      const error = `the editor ended with ${code}, ${results.length} results\n${log.slice(-20).join('\n')}`;
      report.result({ title: 'the suite runs to its end', state: 'failed', error });
    }
  } finally {
    await profile.dispose();
  }
}

/** A file that opens the profile's folder and another one. */
async function twoFolders({ root: place, workspace }) {
  const other = join(place, 'garden');
  const file = join(place, 'both.code-workspace');
  await mkdir(other);
  await writeFile(file, JSON.stringify({ folders: [{ path: workspace }, { path: other }], settings: {} }));
  return file;
}
