import { showStatusMessage } from '../notifications/notifications.js';
import type { CommandTable } from '../platform/names.js';
import type { Controller } from './controller.js';

const MESSAGE_MS = 3_000;

/** The commands that start and stop the endpoint, and read its list of models again. */
export const lifecycleCommands = (
  controller: Pick<Controller, 'start' | 'stop' | 'restart' | 'refreshModels'>,
): CommandTable<'start' | 'stop' | 'restart' | 'refreshModels'> => ({
  start: () => controller.start(),
  stop: () => controller.stop(),
  restart: () => controller.restart(),
  refreshModels() {
    controller.refreshModels();
    showStatusMessage('Reading the list of models again', MESSAGE_MS);
  },
});
