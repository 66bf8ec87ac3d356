// Runs a test bundle in the extension host of a VS Code server, in the same way as VS Code's own smoke tests.
import { openBrowser } from './browser.mjs';
import { startEditor } from './editor.mjs';
import { format } from 'node:util';

/**
 * @param {object} options
 * @param {import('./install.mjs').Host} options.host
 * @param {import('./profile.mjs').Profile} options.profile
 * @param {string} options.opened a folder or a .code-workspace file
 * @param {string} options.extension folder of the extension under test
 * @param {string} options.tests the bundle that exports `run`
 * @param {Record<string, string>} options.env
 * @param {number} options.timeoutMs
 * @returns {Promise<{ code: number, log: string[] }>} the exit code that the editor reports, and the lines of its console
 */
export async function runSuiteInServer({ host, profile, opened, extension, tests, env, timeoutMs }) {
  const flags = ['--enable-smoke-test-driver', '--disable-workspace-trust'];
  const editor = await startEditor({ host, profile, env, flags });
  const browser = await openBrowser();
  /** @type {string[]} */
  const log = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  try {
    const page = await browser.newPage();
    /** @type {Promise<number>} */
    const result = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no result after ${timeoutMs / 1000} s`)), timeoutMs);
      page.once('crash', () => reject(new Error('the page crashed')));
      void editor.exited.then(() => reject(new Error('the editor exited')));
      editor.onLine((line) => {
        const exit = /Extension Host Process exited with code: (\S+), signal: (\w+)/.exec(line);
        if (exit !== null && exit[1] !== '0')
          reject(new Error(`the extension host crashed: exit code ${exit[1]}, signal ${exit[2]}`));
      });
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
    });
    // Awaited below. Without this handler, a failure while the page opens would be an unhandled rejection.
    result.catch(() => undefined);
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ type, /** @type {unknown[]} */ args) => log.push(`${type}: ${format(...args)}`),
    );
    const uri = (/** @type {string} */ path) => `vscode-remote://${editor.authority}${path}`;
    const payload = JSON.stringify([
      ['extensionDevelopmentPath', uri(extension)],
      ['extensionTestsPath', uri(tests)],
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ]);
    const query = new URLSearchParams({ [queryKey(opened)]: opened, payload });
    await page.goto(`${editor.url}/?${query}`);
    return { code: await result, log };
  } catch (error) {
    throw new Error(`${String(error)}\n${log.slice(-20).join('\n')}`, { cause: error });
  } finally {
    clearTimeout(timer);
    await browser.close();
    await editor.stop();
  }
}

/** The query parameter that opens it. */
const queryKey = (/** @type {string} */ opened) =>
  opened.endsWith('.code-workspace') ? 'workspace' : 'folder';
