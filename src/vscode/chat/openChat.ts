/** Opens VS Code's own chat, ready to be used with Claude, and offers that once. */
import { setTimeout as delay } from 'node:timers/promises';
import { commands, Disposable, extensions, workspace, type Event, type Memento } from 'vscode';
import type { Controller } from '../lifecycle/controller.js';
import { showInformation, whileShowing } from '../notifications/notifications.js';
import { COMMANDS, type CommandTable } from '../platform/names.js';
import { t } from '../platform/localize.js';

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

/** The first time takes some seconds. */
async function prepareChat(): Promise<void> {
  if (!isEnabled()) await enableChat();
  // Until the extension is active, a prompt also leads to the sign-in. If it cannot be activated, the chat reports that.
  await Promise.resolve(extensions.getExtension(CHAT_EXTENSION)?.activate()).catch(() => undefined);
}

async function openChat(): Promise<void> {
  const isReady = extensions.getExtension(CHAT_EXTENSION)?.isActive === true;
  if (!isReady) await whileShowing(t("Opening VS Code's chat…"), prepareChat());
  await commands.executeCommand('workbench.action.chat.open');
}

export const chatCommands: CommandTable<'openChat'> = { openChat };

/** The key in `globalState` that is `true` once the chat was offered. */
const OFFERED = 'chat.offered';

export interface OfferChatOptions {
  readonly controller: Pick<Controller, 'status'>;
  readonly globalState: Pick<Memento, 'get' | 'update'>;
  /** Fires when the controller's status may have changed. */
  readonly onChange: Event<void>;
}

/**
 * Offers Open Chat once, when Claude is ready and VS Code's chat is off: a user who opens the chat in another way finds
 * Claude in its list of models, and is then asked to sign in to GitHub.
 */
export function offerChat({ controller, globalState, onChange }: OfferChatOptions): Disposable {
  if (globalState.get(OFFERED) === true) return new Disposable(() => undefined);
  const subscription = onChange(() => {
    const { status } = controller;
    if (status.state !== 'running' || status.readiness.kind !== 'ready') return;
    subscription.dispose();
    // Not awaited: the notification stays until the user responds.
    void offer();
  });

  async function offer(): Promise<void> {
    const available = (await commands.getCommands(true)).includes(MANAGE_MODELS);
    const unwanted = workspace.getConfiguration('chat').get<boolean>('disableAIFeatures') === true;
    if (!available || unwanted || isEnabled()) return;
    await globalState.update(OFFERED, true);
    await showInformation(
      t(
        "Claude can answer in VS Code's own chat. It is switched off; Open Chat switches it on, without a GitHub sign-in.",
      ),
      { label: t('Open Chat'), command: COMMANDS.openChat },
    );
  }
  return subscription;
}
