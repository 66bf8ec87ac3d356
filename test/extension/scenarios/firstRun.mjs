// The walkthrough: from a machine without the CLI to an answered chat.
import assert from 'node:assert/strict';

const CATEGORY = 'claude-ollama-server.claude-ollama-server#setup';
const STEPS = ['cli', 'signIn', 'server', 'connect', 'try'];

/** @param {import('../packagedEditor.mjs').PackagedEditor} editor */
export async function openWalkthrough({ page, workbench }) {
  await workbench.run('Claude Ollama: Open Walkthrough');
  await page.locator(`[data-done-step-id="${CATEGORY}#${STEPS[0]}"]`).first().waitFor();
}

/**
 * @param {import('../packagedEditor.mjs').PackagedEditor} editor
 * @param {import('../setupModel.ts').SetupModel} model
 * @returns {import('../report.mjs').Step[]}
 */
export function firstRun(editor, model) {
  const { page, workbench, port } = editor;
  const checkbox = (/** @type {string} */ step) =>
    page.locator(`[data-done-step-id="${CATEGORY}#${step}"]`).first();
  const completedSteps = async () => {
    const states = await Promise.all(STEPS.map((step) => checkbox(step).getAttribute('aria-checked')));
    return STEPS.filter((_, index) => states[index] === 'true');
  };
  const untilCompleted = (/** @type {readonly string[]} */ steps) =>
    workbench.until('completed steps', completedSteps, (completed) => completed.join() === steps.join());
  const button = (/** @type {string} */ name) =>
    page.locator('.getting-started-step').getByRole('button', { name }).first();

  return [
    [
      'opens by command, and marks the completed steps',
      async () => {
        await editor.open();
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        await openWalkthrough(editor);
        await untilCompleted(['server']);
        await editor.screenshot('first-1-nothing');
      },
    ],
    [
      'reports the missing CLI, with a button that installs it',
      async () => {
        const message = workbench.notification('The Claude CLI was not found.');
        for (const name of ['Install…', 'Choose Program…', "Don't Show Again"]) {
          await message.getByRole('button', { name }).waitFor();
        }
        await editor.screenshot('first-2-notification');
        assert.doesNotMatch(await message.innerText(), /Tried|\.local/);
        await message.getByRole('button', { name: 'Install…' }).click();
        const options = (await workbench.listEntries()).join('\n');
        assert.match(options, /curl -fsSL https:\/\/claude\.ai\/install\.sh \| bash/);
        assert.match(options, /npm install -g @anthropic-ai\/claude-code/);
        await editor.screenshot('first-3-install-options');
        await page.keyboard.press('Escape');
      },
    ],
    [
      'offers to install the CLI when the user signs in without it',
      async () => {
        await workbench.run('Claude Ollama: Sign In');
        const message = workbench.notification('Signing in needs the Claude CLI');
        await message.getByRole('button', { name: 'Install…' }).waitFor();
        await workbench.run('Notifications: Clear All Notifications');
        await message.waitFor({ state: 'detached' });
      },
    ],
    [
      'completes the CLI step when the CLI is installed',
      async () => {
        await model.install();
        // The CLI is looked for again when a terminal closes.
        await workbench.run('Terminal: Create New Terminal');
        await page.locator('.terminal-widget-container, .terminal-wrapper').first().waitFor();
        await workbench.run('Terminal: Kill the Active Terminal Instance');
        await untilCompleted(['cli', 'server']);
        const message = workbench.notification('not signed in');
        await message.getByRole('button', { name: 'Sign In' }).waitFor();
        await message.hover();
        await message.getByRole('button', { name: /Clear/ }).click();
      },
    ],
    [
      'signs in with the CLI in a terminal, and completes the step afterwards',
      async () => {
        await page.locator(`.getting-started-step[data-step-id="${CATEGORY}#signIn"]`).click();
        await button('Sign In').click();
        await page
          .locator('.terminal-tab, .terminal-tabs-entry, .terminal-widget-container')
          .first()
          .waitFor();
        await untilCompleted(['cli', 'signIn', 'server']);
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        await editor.screenshot('first-4-signed-in');
      },
    ],
    [
      'says hello through the endpoint, and completes the last step',
      async () => {
        await workbench.run('Claude Ollama: Say Hello');
        await workbench.notification('Claude says: Hello! Good to meet you.').waitFor();
        await untilCompleted(['cli', 'signIn', 'server', 'try']);
        await editor.screenshot('first-5-hello');
      },
    ],
    [
      'completes the client step when a client gets an answer',
      async () => {
        assert.equal((await editor.chat('anything')).status, 200);
        await untilCompleted(STEPS);
        await editor.screenshot('first-6-done');
      },
    ],
  ];
}
