/** VS Code's configuration as validated settings, cached until it changes. */
import { EventEmitter, workspace, type Disposable, type Event } from 'vscode';
import type { Logger } from '../../core/log.js';
import { SECTION } from './names.js';
import { readSettings, type Settings } from './settings.js';

export interface Configuration extends Disposable {
  /** Cached, because it is read for every request. */
  readonly current: Settings;
  /** Fires after `current` has changed. */
  readonly onChange: Event<void>;
}

function read(log: Logger): Settings {
  const configuration = workspace.getConfiguration(SECTION);
  return readSettings(
    {
      value: (key) => configuration.get<unknown>(key),
      defaultOf: (key) => configuration.inspect<unknown>(key)?.defaultValue,
    },
    (line) => log.warn(line),
  );
}

export function watchConfiguration(log: Logger): Configuration {
  let current = read(log);
  const changed = new EventEmitter<void>();
  const subscription = workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration(SECTION)) return;
    current = read(log);
    changed.fire();
  });
  return {
    get current() {
      return current;
    },
    onChange: changed.event,
    dispose() {
      subscription.dispose();
      changed.dispose();
    },
  };
}
