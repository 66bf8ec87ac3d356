// Runs the Mocha suite inside an editor and reports the results that the suite writes to a file.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/paths.mjs';
import { freePort } from '../support/ports.mjs';
import { createProfile } from './host/profile.mjs';

/**
 * What an editor needs to run the suite.
 * @typedef {object} EditorRun
 * @property {import('./host/profile.mjs').Profile} profile
 * @property {string} opened a folder or a .code-workspace file
 * @property {string} extension folder of the extension under test
 * @property {string} tests the bundle of the suite
 * @property {Record<string, string>} env
 */

/**
 * @param {import('./report.mjs').Report} report
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.tests the bundle of the suite
 * @param {import('./model.ts').Model} options.model
 * @param {boolean} options.multiRoot whether to open a .code-workspace file with two folders instead of one folder
 * @param {boolean} options.brief whether to leave out tests that do not depend on the editor's version
 * @param {(run: EditorRun) => Promise<{ code: number, log: string[] }>} runInEditor
 */
export async function runSuite(report, { title, tests, model, multiRoot, brief }, runInEditor) {
  report.title(title);
  const profile = await createProfile({
    'claudeOllama.port': await freePort(),
    'claudeOllama.claudePath': model.cli,
  });
  const file = join(profile.root, 'results.json');
  try {
    const env = { ...model.env, EDITOR_TEST_RESULTS: file, EDITOR_TEST_BRIEF: brief ? '1' : '0' };
    const opened = multiRoot ? await createMultiRootWorkspace(profile) : profile.workspace;
    const { code, log } = await runInEditor({ profile, opened, extension: root, tests, env });
    /** @type {import('./suite/index.ts').TestResult[]} */
    const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
    for (const result of results) report.result(result);
    // The exit code must agree with the results, and a run without results is a failure.
    const failed = results.some(({ state }) => state === 'failed');
    if (results.length === 0 || failed !== (code !== 0)) {
      const error = `the editor exited with code ${code} after ${results.length} results\n${log.slice(-20).join('\n')}`;
      report.result({ title: 'the suite completes', state: 'failed', error });
    }
  } finally {
    await profile.dispose();
  }
}

/**
 * Creates a .code-workspace file with the profile's folder and a second one.
 * @param {import('./host/profile.mjs').Profile} profile
 */
async function createMultiRootWorkspace({ root: profileRoot, workspace }) {
  const other = join(profileRoot, 'garden');
  const file = join(profileRoot, 'both.code-workspace');
  await mkdir(other);
  await writeFile(file, JSON.stringify({ folders: [{ path: workspace }, { path: other }], settings: {} }));
  return file;
}
