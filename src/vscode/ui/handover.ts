/** Serve From This Window: takes the port over from the window that has it, on a person's word. */
import type { Configuration } from '../platform/configuration.js';
import type { Controller } from '../lifecycle/controller.js';
import { confirmServeHere, showNotHandedOver } from './notifications.js';
import type { Windows } from '../lifecycle/windows.js';

export interface HandoverOptions {
  readonly controller: Pick<Controller, 'status' | 'serveHere'>;
  readonly configuration: Pick<Configuration, 'current'>;
  readonly windows: Pick<Windows, 'fetchReport'>;
}

export async function serveHere({ controller, configuration, windows }: HandoverOptions): Promise<void> {
  const { status } = controller;
  if (status.state !== 'elsewhere') return;
  const report = await windows.fetchReport(configuration.current);
  if (report !== undefined && report.requests > 0 && !(await confirmServeHere(report.requests))) return;
  if (!(await controller.serveHere())) void showNotHandedOver(status.port); // waits for a person
}
