/** The commands: one table, all registered in every state. */
import { commands, Disposable, env, type LogOutputChannel } from 'vscode';
import { activityCommands } from './activity/commands.js';
import type { History } from './activity/history.js';
import type { AddressBook } from './address.js';
import { openChat } from './chat/opening.js';
import type { Configuration } from './configuration.js';
import type { Controller } from './controller.js';
import { diagnose } from './diagnose/command.js';
import { serveHere } from './handover.js';
import { showMenu } from './menu.js';
import { COMMANDS } from './names.js';
import { showCopied } from './notifications.js';
import { urlOf } from './plan.js';
import type { SurroundingsWatch } from './surroundings.js';
import type { Token } from './token.js';
import { chooseUrl, tokenCommands } from './tokenCommands.js';
import type { Windows } from './windows.js';

export interface CommandOptions {
  readonly controller: Controller;
  readonly output: LogOutputChannel;
  readonly configuration: Configuration;
  readonly token: Token;
  readonly history: History;
  readonly addresses: AddressBook;
  readonly surroundings: SurroundingsWatch;
  readonly windows: Windows;
  /** The extension's full id. */
  readonly extension: string;
}

export function registerCommands(options: CommandOptions): Disposable {
  const { controller, output, token, history } = options;
  const table: Readonly<Record<keyof typeof COMMANDS, (...given: never[]) => Promise<void> | void>> = {
    start: () => controller.start(),
    stop: () => controller.stop(),
    restart: () => controller.restart(),
    copyUrl: async () => {
      const url = await options.addresses.outside(urlOf(options.configuration.current));
      const chosen = await chooseUrl(url, token.current);
      if (chosen === undefined) return;
      await env.clipboard.writeText(chosen);
      showCopied(url);
    },
    ...tokenCommands(token),
    ...activityCommands(history, output),
    openChat,
    serveHere: () => serveHere(options),
    diagnose: () => diagnose(options),
    showLog: () => output.show(true),
    showMenu: () => showMenu(controller.status, options.extension, options.surroundings.current),
  };
  return Disposable.from(
    ...Object.entries(table).map(([name, run]) =>
      commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], run),
    ),
  );
}
