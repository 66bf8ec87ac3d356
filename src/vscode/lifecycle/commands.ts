import type { CommandTable } from '../platform/names.js';
import type { Controller } from './controller.js';

/** The commands that start and stop the endpoint. */
export const lifecycleCommands = (
  controller: Pick<Controller, 'start' | 'stop' | 'restart'>,
): CommandTable<'start' | 'stop' | 'restart'> => ({
  start: () => controller.start(),
  stop: () => controller.stop(),
  restart: () => controller.restart(),
});
