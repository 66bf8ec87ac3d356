/** Registers the command tables of all folders in one place. Every command is available in every state. */
import { commands, Disposable, type LogOutputChannel } from 'vscode';
import { activityCommands } from './activity/commands.js';
import type { History } from './activity/history.js';
import type { ActivityView } from './activity/view.js';
import { chatCommands } from './chat/openChat.js';
import { lazyCommands } from './lazyCommands.js';
import { lifecycleCommands } from './lifecycle/commands.js';
import type { Controller } from './lifecycle/controller.js';
import type { Windows } from './lifecycle/windows.js';
import type { Configuration } from './platform/configuration.js';
import { COMMANDS, type CommandName, type CommandTable } from './platform/names.js';
import type { Token } from './platform/token.js';
import { tokenCommands } from './tokenCommands.js';
import { uiCommands } from './ui/commands.js';
import type { StatusPresenter } from './ui/statusPresenter.js';
import { workspaceLaneCommands, type WorkspaceLane } from './workspaceLane.js';

export interface CommandOptions {
  readonly controller: Controller;
  readonly output: LogOutputChannel;
  readonly configuration: Configuration;
  readonly token: Token;
  readonly lane: WorkspaceLane;
  readonly history: History;
  readonly activityView: ActivityView;
  readonly presenter: Pick<StatusPresenter, 'addresses' | 'sessionSummary'>;
  readonly windows: Windows;
  /** The extension's full id. */
  readonly id: string;
}

export function registerCommands(options: CommandOptions): Disposable {
  const { id: extensionId, controller, output, configuration, token, lane, windows } = options;
  const { history, activityView } = options;
  const { addresses, sessionSummary: session } = options.presenter;
  const lazy = lazyCommands({ controller, configuration, token, history, addresses, windows, extensionId });
  const table: CommandTable = {
    ...lifecycleCommands(controller),
    ...tokenCommands({ token, configuration, addresses }),
    ...uiCommands({ controller, configuration, windows, output, session, extensionId }),
    ...activityCommands({ history, view: activityView, output }),
    ...workspaceLaneCommands(lane),
    ...chatCommands,
    ...lazy.commands,
  };
  return Disposable.from(
    lazy,
    ...Object.entries(table).map(([name, run]) =>
      commands.registerCommand(COMMANDS[name as CommandName], run),
    ),
  );
}
