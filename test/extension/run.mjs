// Runs the tests in a real VS Code, which it installs first: the Mocha suite in the extension host of the oldest and of the
// newest supported version, then the packaged extension in the newest one.
// Arguments select parts: oldest, newest, packaged, chat, window (all with the VS Code server from npm, Linux only) and
// desktop (with desktop VS Code, which @vscode/test-electron downloads). --desktop adds that part to the usual ones.
import { summaryLine } from '../../scripts/testCounts.mjs';
import { bundleSuite, loadModel } from './bundle.mjs';
import { runChat } from './chat.mjs';
import { desktopEditor, runSuiteInDesktop } from './desktop.mjs';
import { ensurePrograms } from '../support/systemPackages.mjs';
import { ensureHost } from './host/install.mjs';
import { runSuiteInServer } from './host/suiteInServer.mjs';
import { HostUnavailable } from '../support/unavailable.mjs';
import { NEWEST, OLDEST } from './host/versions.mjs';
import { packageExtension } from './package.mjs';
import { runPackaged } from './packaged.mjs';
import { createReport, stackOf } from './report.mjs';
import { runSuite } from './suiteRun.mjs';
import { runWindow } from './window.mjs';

const SUITE_TIMEOUT_MS = 300_000;
const report = createReport();
const log = (/** @type {string} */ line) => report.note(line);
const DESKTOP = 'desktop';
const requested = process.argv.slice(2).filter((argument) => argument !== '--desktop');
const usual = process.platform === 'linux' ? ['oldest', 'newest', 'packaged', 'chat', 'window'] : [DESKTOP];
const more = process.argv.includes('--desktop') ? [DESKTOP] : [];
const parts = new Set([...(requested.length > 0 ? requested : usual), ...more]);

/**
 * Runs a part if it is selected. An editor that is not available skips the part.
 * @param {string} name
 * @param {string} title
 * @param {() => Promise<void>} run
 */
async function part(name, title, run) {
  if (!parts.has(name)) return;
  try {
    await run();
  } catch (error) {
    if (error instanceof HostUnavailable) {
      report.result({ title: `${title}: skipped, because ${error.message}`, state: 'skipped' });
    } else {
      report.result({ title, state: 'failed', error: stackOf(error) });
    }
  }
}

/**
 * @param {string} vsix
 * @param {string} tests
 * @param {import('./model.ts').Model} model
 */
async function serverParts(vsix, tests, model) {
  for (const [name, version, mode] of /** @type {const} */ ([
    ['oldest', OLDEST, { multiRoot: false, brief: false }],
    // Brief except with --soak, because the other parts also test the extension in this version.
    ['newest', NEWEST, { multiRoot: true, brief: process.env.SOAK !== '1' }],
  ])) {
    const title = `the suite in VS Code ${version.vscode}, ${mode.multiRoot ? 'two folders' : 'one folder'}`;
    await part(name, title, async () => {
      const host = await prepare(version);
      await runSuite(report, { title, tests, model, ...mode }, (run) =>
        runSuiteInServer({ ...run, host, timeoutMs: SUITE_TIMEOUT_MS }),
      );
    });
  }
  await part('packaged', 'the packaged extension', async () => {
    await runPackaged(report, await prepare(NEWEST), vsix, model);
  });
  await part('chat', 'the chat of VS Code', async () => {
    await runChat(report, await prepare(NEWEST), vsix);
  });
  await part('window', 'features in one window', async () => {
    await runWindow(report, await prepare(NEWEST), vsix);
  });
}

/** @param {import('./host/install.mjs').Host['version']} version */
async function prepare(version) {
  await ensurePrograms(['chromium'], log);
  return ensureHost(version, log);
}

// Report an unhandled rejection as a failure. Otherwise it would end this process before the totals are printed.
process.on('unhandledRejection', (reason) => {
  report.result({ title: 'has no unhandled rejection', state: 'failed', error: stackOf(reason) });
});

const vsix = await packageExtension();
const tests = await bundleSuite();
const { startModel } = await loadModel();
const model = await startModel();
await serverParts(vsix, tests, model);
const desktopTitle = 'the suite in desktop VS Code';
await part(DESKTOP, desktopTitle, async () => {
  const program = await desktopEditor();
  await runSuite(report, { title: desktopTitle, tests, model, multiRoot: true, brief: false }, (run) =>
    runSuiteInDesktop(program, run),
  );
});
try {
  await model.stop();
} catch (error) {
  report.result({
    title: 'the model receives no unexpected request',
    state: 'failed',
    error: stackOf(error),
  });
}

if (report.totals.failed > 0) process.exitCode = 1;
console.log(`\n${summaryLine(report.totals)}`);
