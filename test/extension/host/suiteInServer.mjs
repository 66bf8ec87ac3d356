// Runs a test bundle inside the extension host of a VS Code server, the way that VS Code's own smoke tests do.
import { openBrowser } from './browser.mjs';
import { startEditor } from './editor.mjs';
import { format } from 'node:util';

/**
 * @param {object} options
 * @param {import('./install.mjs').Host} options.host
 * @param {import('./profile.mjs').Profile} options.profile
 * @param {string} options.opened a folder, or a file that names several
 * @param {string} options.extension folder of the extension under development
 * @param {string} options.tests the bundle that exports `run`
 * @param {Record<string, string>} options.env
 * @param {number} options.timeoutMs
 * @returns {Promise<{ code: number, log: string[] }>} the exit code that the editor reports, and its console
 */
export async function runSuiteInServer({ host, profile, opened, extension, tests, env, timeoutMs }) {
  const flags = ['--enable-smoke-test-driver', '--disable-workspace-trust'];
  const editor = await startEditor({ host, profile, env, flags });
  const browser = await openBrowser();
  const log = [];
  let timer;
  try {
    const page = await browser.newPage();
    const result = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no result after ${timeoutMs / 1000} s`)), timeoutMs);
      page.once('crash', () => reject(new Error('the page crashed')));
      void editor.exited.then(() => reject(new Error('the editor ended')));
      editor.onLine((line) => {
        const died = /Extension Host Process exited with code: (\S+), signal: (\w+)/.exec(line);
        if (died !== null && died[1] !== '0')
          reject(new Error(`the extension host died: ${died[1]}, ${died[2]}`));
      });
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
    });
    // Handled below; without this an early failure would count as unhandled while the page opens.
    result.catch(() => undefined);
    await page.exposeFunction('codeAutomationLog', (type, args) => log.push(`${type}: ${format(...args)}`));
    const uri = (path) => `vscode-remote://${editor.authority}${path}`;
    const payload = JSON.stringify([
      ['extensionDevelopmentPath', uri(extension)],
      ['extensionTestsPath', uri(tests)],
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ]);
    const query = new URLSearchParams({ [kindOf(opened)]: opened, payload });
    await page.goto(`${editor.url}/?${query}`);
    return { code: await result, log };
  } catch (error) {
    throw new Error(`${error.message}\n${log.slice(-20).join('\n')}`, { cause: error });
  } finally {
    clearTimeout(timer);
    await browser.close();
    await editor.stop();
  }
}

/** As the editor's address names it. */
const kindOf = (opened) => (opened.endsWith('.code-workspace') ? 'workspace' : 'folder');
