/** Opens the editor's own chat, ready to be used with Claude. */
import { setTimeout as delay } from 'node:timers/promises';
import { commands, extensions } from 'vscode';
import type { CommandTable } from '../platform/names.js';

/** The built-in extension that runs the chat. It is switched off on a new profile, and nobody sees one that is. */
const CHAT_EXTENSION = 'GitHub.copilot-chat';
const MANAGE_MODELS = 'workbench.action.chat.manage';
/** How long it may take to come. Milliseconds. */
const ENABLING_MS = 10_000;

const isOn = (): boolean => extensions.getExtension(CHAT_EXTENSION) !== undefined;

/**
 * A chat that is switched off asks for a sign-in that Claude does not need. The editor itself switches it on, without
 * one, when its list of models is opened. Older editors have no such list, and others no such chat: they are left as
 * they are.
 */
async function switchOn(): Promise<void> {
  const end = new AbortController();
  const on = new Promise<void>((resolve) => {
    const subscription = extensions.onDidChange(() => {
      if (isOn()) resolve();
    });
    end.signal.addEventListener('abort', () => void subscription.dispose());
  });
  const late = delay(ENABLING_MS, undefined, { signal: end.signal }).catch(() => undefined);
  const listed = await commands.executeCommand(MANAGE_MODELS).then(
    () => true,
    () => false,
  );
  if (listed) await Promise.race([on, late]);
  end.abort();
  if (isOn()) await commands.executeCommand('workbench.action.closeActiveEditor');
}

async function openChat(): Promise<void> {
  if (!isOn()) await switchOn();
  // Until it runs, a question leads to the sign-in, too. A chat that cannot run says so by itself.
  await Promise.resolve(extensions.getExtension(CHAT_EXTENSION)?.activate()).catch(() => undefined);
  await commands.executeCommand('workbench.action.chat.open');
}

export const chatCommands: CommandTable<'openChat'> = { openChat };
