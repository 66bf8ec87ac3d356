/** The output channel. Its level is the person's: "Developer: Set Log Level…". */
import { window, type LogOutputChannel } from 'vscode';
import type { Logger } from '../core/log.js';
import { redactingLogger } from '../core/redaction.js';
import { formatRecord, type RequestRecord } from '../server/server.js';
import { PRODUCT } from './names.js';

export const createOutput = (): LogOutputChannel => window.createOutputChannel(PRODUCT, { log: true });

/**
 * The channel as the parts of the program see it.
 * @param secrets what no line may show
 */
export function loggerOf(channel: LogOutputChannel, secrets: () => readonly string[]): Logger {
  const log: Logger = {
    trace: (line) => channel.trace(line),
    debug: (line) => channel.debug(line),
    info: (line) => channel.info(line),
    warn: (line) => channel.warn(line),
    error: (line) => channel.error(line),
  };
  return redactingLogger(log, secrets);
}

/** One line a request. A window that waits for the port asks `GET /` again and again: that is for debugging. */
export function logRequest(log: Logger, record: RequestRecord): void {
  const line = `[request] ${formatRecord(record)}`;
  if (record.route === '/' && record.client === '') log.debug(line);
  else if (record.error !== undefined && record.status !== 499) log.warn(line);
  else log.info(line);
}
