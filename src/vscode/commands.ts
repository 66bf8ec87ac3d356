/** The commands: one table, all registered in every state. */
import { commands, Disposable, env, Uri, type LogOutputChannel } from 'vscode';
import { activityCommands } from './activity/commands.js';
import type { History } from './activity/history.js';
import { openChat } from './chat/opening.js';
import type { Configuration } from './configuration.js';
import type { Controller } from './controller.js';
import { showMenu } from './menu.js';
import { COMMANDS } from './names.js';
import { showCopied } from './notifications.js';
import { urlOf } from './plan.js';
import type { Token } from './token.js';
import { chooseUrl, tokenCommands } from './tokenCommands.js';

export interface CommandOptions {
  readonly controller: Controller;
  readonly output: LogOutputChannel;
  readonly configuration: Configuration;
  readonly token: Token;
  readonly history: History;
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
      const url = await outsideUrl(urlOf(options.configuration.current));
      const chosen = await chooseUrl(url, token.current);
      if (chosen === undefined) return;
      await env.clipboard.writeText(chosen);
      showCopied(url);
    },
    ...tokenCommands(token),
    ...activityCommands(history, output),
    openChat,
    showLog: () => output.show(true),
    showMenu: () => showMenu(controller.status, options.extension),
  };
  return Disposable.from(
    ...Object.entries(table).map(([name, run]) =>
      commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], run),
    ),
  );
}

/** The URL as programs on the person's own machine reach it; in a remote window this opens the tunnel. */
async function outsideUrl(url: string): Promise<string> {
  const outside = await env.asExternalUri(Uri.parse(url));
  return outside.toString(true).replace(/\/$/, '');
}
