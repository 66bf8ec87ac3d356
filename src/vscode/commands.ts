/** The commands: one table, all registered in every state. */
import { commands, Disposable, env, type LogOutputChannel } from 'vscode';
import { activityCommands } from './activity/commands.js';
import type { History } from './activity/history.js';
import type { AddressBook } from './ui/address.js';
import { openChat } from './chat/openChat.js';
import type { Configuration } from './platform/configuration.js';
import type { Controller } from './lifecycle/controller.js';
import { lazyCommands } from './lazyCommands.js';
import { serveHere } from './ui/handover.js';
import { showMenu } from './ui/menu.js';
import { COMMANDS } from './platform/names.js';
import { showCopied } from './ui/notifications.js';
import { urlOf } from './lifecycle/desiredConfig.js';
import type { SessionSummaryWatch } from './ui/sessionSummary.js';
import type { Token } from './platform/token.js';
import { chooseUrl, tokenCommands } from './tokenCommands.js';
import type { Windows } from './lifecycle/windows.js';
import type { WorkspaceLane } from './workspaceLane.js';

export interface CommandOptions {
  readonly controller: Controller;
  readonly output: LogOutputChannel;
  readonly configuration: Configuration;
  readonly token: Token;
  readonly lane: WorkspaceLane;
  readonly history: History;
  readonly addresses: AddressBook;
  readonly surroundings: SessionSummaryWatch;
  readonly windows: Windows;
  /** The extension's full id. */
  readonly extension: string;
}

export function registerCommands(options: CommandOptions): Disposable {
  const { controller, output, token, configuration, history, addresses, extension } = options;
  const endpoint = () => {
    const { status } = controller;
    return {
      url: 'url' in status ? status.url : urlOf(configuration.current),
      token: token.current,
      defaultModel: configuration.current.defaultModel,
      served: 'url' in status,
    };
  };
  const demanded = lazyCommands({
    controller,
    extension,
    endpoint,
    outside: (url) => addresses.outside(url),
    diagnosis: options,
    changes: [token.onChange, configuration.onChange],
  });
  const table: Readonly<Record<keyof typeof COMMANDS, (...args: never[]) => Promise<void> | void>> = {
    start: () => controller.start(),
    stop: () => controller.stop(),
    restart: () => controller.restart(),
    copyUrl: async () => {
      const url = await addresses.outside(urlOf(configuration.current));
      const chosen = await chooseUrl(url, token.current);
      if (chosen === undefined) return;
      await env.clipboard.writeText(chosen);
      showCopied(url);
    },
    ...tokenCommands(token),
    ...demanded.table,
    ...activityCommands(history, output),
    openChat,
    serveHere: () => serveHere(options),
    showLog: () => output.show(true),
    showMenu: () => showMenu(controller.status, extension, options.surroundings.current),
    showPermissionRequest: () => options.lane.showQuestion(),
  };
  return Disposable.from(
    demanded,
    ...Object.entries(table).map(([name, run]) =>
      commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], run),
    ),
  );
}
