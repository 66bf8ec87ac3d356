// From nothing to an answered chat, by the walkthrough and the keyboard.
import assert from 'node:assert/strict';

const CATEGORY = 'claude-ollama-server.claude-ollama-server#setup';
const STEPS = ['cli', 'signIn', 'server', 'connect', 'try'];

export async function openWalkthrough({ page, workbench }) {
  await workbench.run('Claude Ollama: Open Walkthrough');
  await page.locator(`[data-done-step-id="${CATEGORY}#${STEPS[0]}"]`).first().waitFor();
}

/**
 * @param editor
 * @param {import('../setupModel.ts').SetupModel} model
 * @returns {[string, () => Promise<void>][]}
 */
export function firstRun(editor, model) {
  const { page, workbench, port } = editor;
  const box = (step) => page.locator(`[data-done-step-id="${CATEGORY}#${step}"]`).first();
  const done = async () => {
    const states = await Promise.all(STEPS.map((step) => box(step).getAttribute('aria-checked')));
    return STEPS.filter((_, index) => states[index] === 'true');
  };
  const untilDone = (steps) =>
    workbench.until('the steps that are ticked', done, (seen) => seen.join() === steps.join());
  const press = (name) => page.locator('.getting-started-step').getByRole('button', { name }).first();

  return [
    [
      'opens on its own command, with what is done ticked',
      async () => {
        await editor.open();
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        await openWalkthrough(editor);
        await untilDone(['server']);
        await editor.shot('first-1-nothing');
      },
    ],
    [
      'tells what is wrong, with a button that helps',
      async () => {
        const message = workbench.notification('which is not a program that can be run');
        for (const name of ['Install the Claude CLI…', 'Open Walkthrough', "Don't Show Again"]) {
          await message.getByRole('button', { name }).waitFor();
        }
        await editor.shot('first-2-told');
        await message.getByRole('button', { name: 'Install the Claude CLI…' }).click();
        const ways = (await workbench.listEntries()).join('\n');
        assert.match(ways, /curl -fsSL https:\/\/claude\.ai\/install\.sh \| bash/);
        assert.match(ways, /npm install -g @anthropic-ai\/claude-code/);
        await editor.shot('first-3-ways');
        await page.keyboard.press('Escape');
      },
    ],
    [
      'ticks the CLI as soon as it is there',
      async () => {
        await model.install();
        await workbench.run('Claude Ollama: Restart');
        await untilDone(['cli', 'server']);
        const message = workbench.notification('not signed in');
        await message.getByRole('button', { name: 'Sign In' }).waitFor();
        await message.hover();
        await message.getByRole('button', { name: /Clear/ }).click();
      },
    ],
    [
      'signs in with the CLI in a terminal, and notices when it is done',
      async () => {
        await page.locator(`.getting-started-step[data-step-id="${CATEGORY}#signIn"]`).click();
        await press('Sign In').click();
        await page
          .locator('.terminal-tab, .terminal-tabs-entry, .terminal-widget-container')
          .first()
          .waitFor();
        await untilDone(['cli', 'signIn', 'server']);
        await editor.untilStatus(new RegExp(`Claude :${port}`));
        await editor.shot('first-4-signed-in');
      },
    ],
    [
      'says hello through the port, and ticks the last step',
      async () => {
        await workbench.run('Claude Ollama: Say Hello');
        await workbench.notification('Claude says: Hello! Good to meet you.').waitFor();
        await untilDone(['cli', 'signIn', 'server', 'try']);
        await editor.shot('first-5-hello');
      },
    ],
    [
      'ticks the client when one has been answered',
      async () => {
        assert.equal((await editor.chat('anything')).status, 200);
        await untilDone(STEPS);
        await editor.shot('first-6-done');
      },
    ],
  ];
}
