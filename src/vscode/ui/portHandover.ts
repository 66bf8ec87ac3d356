/** The command Serve From This Window: takes the port over from the window that is serving it. */
import type { Configuration } from '../platform/configuration.js';
import type { Controller } from '../lifecycle/controller.js';
import { confirmServeHere, showHandoverFailure } from '../notifications/notifications.js';
import type { Windows } from '../lifecycle/windows.js';

export interface HandoverOptions {
  readonly controller: Pick<Controller, 'status' | 'serveHere'>;
  readonly configuration: Pick<Configuration, 'current'>;
  readonly windows: Pick<Windows, 'fetchReport'>;
}

/** Asks for confirmation first when requests in the other window would be cancelled. */
export async function serveHere({ controller, configuration, windows }: HandoverOptions): Promise<void> {
  const { status } = controller;
  if (status.state !== 'elsewhere') return;
  const report = await windows.fetchReport(configuration.current);
  if (report !== undefined && report.requests > 0 && !(await confirmServeHere(report.requests))) return;
  // Not awaited: the notification stays until the user responds.
  if (!(await controller.serveHere())) void showHandoverFailure(status.port);
}
