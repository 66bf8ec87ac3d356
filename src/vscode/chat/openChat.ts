/** Opens VS Code's own chat, ready to be used with Claude. */
import { setTimeout as delay } from 'node:timers/promises';
import { commands, extensions } from 'vscode';
import type { CommandTable } from '../platform/names.js';

/** The built-in extension that runs the chat. A new profile has it disabled; `extensions` lists only enabled ones. */
const CHAT_EXTENSION = 'GitHub.copilot-chat';
const MANAGE_MODELS = 'workbench.action.chat.manage';
/** How long VS Code may take to enable the extension, in milliseconds. */
const ENABLE_TIMEOUT_MS = 10_000;

const isEnabled = (): boolean => extensions.getExtension(CHAT_EXTENSION) !== undefined;

/**
 * Enables the chat extension. While it is disabled, the chat asks for a sign-in that Claude does not need. VS Code enables
 * it without a sign-in when its list of models is opened. Does nothing in older versions, which have no such list, and in
 * editors without this extension.
 */
async function enableChat(): Promise<void> {
  const done = new AbortController();
  const enabled = new Promise<void>((resolve) => {
    const subscription = extensions.onDidChange(() => {
      if (isEnabled()) resolve();
    });
    done.signal.addEventListener('abort', () => void subscription.dispose());
  });
  const timeout = delay(ENABLE_TIMEOUT_MS, undefined, { signal: done.signal }).catch(() => undefined);
  const modelListOpened = await commands.executeCommand(MANAGE_MODELS).then(
    () => true,
    () => false,
  );
  if (modelListOpened) await Promise.race([enabled, timeout]);
  done.abort();
  // Closes the list of models again.
  if (isEnabled()) await commands.executeCommand('workbench.action.closeActiveEditor');
}

async function openChat(): Promise<void> {
  if (!isEnabled()) await enableChat();
  // Until the extension is active, a prompt also leads to the sign-in. If it cannot be activated, the chat reports that.
  await Promise.resolve(extensions.getExtension(CHAT_EXTENSION)?.activate()).catch(() => undefined);
  await commands.executeCommand('workbench.action.chat.open');
}

export const chatCommands: CommandTable<'openChat'> = { openChat };
