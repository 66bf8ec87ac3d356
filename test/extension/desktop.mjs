// Downloads desktop VS Code with @vscode/test-electron, and runs the Mocha suite in it.
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { HostUnavailable } from '../support/unavailable.mjs';

/**
 * @returns {Promise<string>} path of the program
 * @throws {HostUnavailable} when it cannot be downloaded
 */
export async function desktopEditor() {
  try {
    return await downloadAndUnzipVSCode('stable');
  } catch (error) {
    throw new HostUnavailable(`desktop VS Code cannot be downloaded: ${String(error)}`, { cause: error });
  }
}

/**
 * @param {string} vscodeExecutablePath
 * @param {import('./suiteRun.mjs').EditorRun} run
 * @returns {Promise<{ code: number, log: string[] }>}
 */
export async function runSuiteInDesktop(vscodeExecutablePath, { profile, opened, extension, tests, env }) {
  const code = await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: extension,
    extensionTestsPath: tests,
    extensionTestsEnv: env,
    launchArgs: [
      opened,
      `--user-data-dir=${profile.userData}`,
      `--extensions-dir=${profile.extensions}`,
      '--disable-extensions',
    ],
  }).catch(() => 1);
  return { code, log: [] };
}
