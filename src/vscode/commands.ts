/** The commands: one table, all registered in every state. */
import { commands, Disposable, env, Uri, type LogOutputChannel } from 'vscode';
import type { Configuration } from './configuration.js';
import type { Controller } from './controller.js';
import { demandedCommands } from './demandedCommands.js';
import { showMenu } from './menu.js';
import { COMMANDS } from './names.js';
import { showCopied } from './notifications.js';
import { urlOf } from './plan.js';
import type { Token } from './token.js';
import { chooseUrl, tokenCommands } from './tokenCommands.js';
import type { WorkspaceLane } from './workspaceLane.js';

export interface CommandOptions {
  readonly controller: Controller;
  readonly output: LogOutputChannel;
  readonly configuration: Configuration;
  readonly token: Token;
  readonly lane: WorkspaceLane;
  /** The extension's full id. */
  readonly extension: string;
}

export function registerCommands(options: CommandOptions): Disposable {
  const { controller, output, token, configuration, extension } = options;
  const endpoint = () => {
    const { status } = controller;
    return {
      url: 'url' in status ? status.url : urlOf(configuration.current),
      token: token.current,
      defaultModel: configuration.current.defaultModel,
      served: 'url' in status,
    };
  };
  const demanded = demandedCommands({
    controller,
    extension,
    endpoint,
    outside: outsideUrl,
    changes: [token.onChange, configuration.onChange],
  });
  const table: Readonly<Record<keyof typeof COMMANDS, (...args: unknown[]) => Promise<void> | void>> = {
    start: () => controller.start(),
    stop: () => controller.stop(),
    restart: () => controller.restart(),
    copyUrl: async () => {
      const url = await outsideUrl(urlOf(configuration.current));
      const chosen = await chooseUrl(url, token.current);
      if (chosen === undefined) return;
      await env.clipboard.writeText(chosen);
      showCopied(url);
    },
    ...tokenCommands(token),
    ...demanded.table,
    showLog: () => output.show(true),
    showMenu: () => showMenu(controller.status, extension),
    showQuestion: () => options.lane.showQuestion(),
  };
  return Disposable.from(
    demanded,
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
