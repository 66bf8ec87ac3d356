/** The output channel with the log. Users choose its level with "Developer: Set Log Level…". */
import { Selection, TextEditorRevealType, window, type LogOutputChannel, type TextEditor } from 'vscode';
import { createLogger, type Logger } from '../../core/log.js';
import { redactingLogger } from '../../core/secretRedaction.js';
import { formatRecord, WINDOW_PATH, type RequestRecord } from '../../server/server.js';
import { DIAGNOSE_CLIENT, PRODUCT } from './names.js';

const PANEL_TIMEOUT_MS = 2_000;

export const createOutput = (): LogOutputChannel => window.createOutputChannel(PRODUCT, { log: true });

/**
 * A logger that writes to the channel.
 * @param secrets texts that are removed from every line
 */
export function loggerOf(channel: LogOutputChannel, secrets: () => readonly string[]): Logger {
  return redactingLogger(
    createLogger((level, line) => channel[level](line)),
    secrets,
  );
}

/** Logs a request in one line. Some requests of Run Diagnostics must be refused, which is no failure. Probes from other windows repeat every few seconds, so they are logged as debug. */
export function logRequest(log: Logger, record: RequestRecord): void {
  if (record.client === DIAGNOSE_CLIENT) return log.info(`[diagnostics] ${formatRecord(record)}`);
  const line = `[request] ${formatRecord(record)}`;
  const isProbePath = record.route === '/' || record.route === WINDOW_PATH;
  if (isProbePath && record.client === '') log.debug(line);
  else if (record.error !== undefined && record.status !== 499) log.warn(line);
  else log.info(line);
}

const findLogEditor = (): TextEditor | undefined =>
  window.visibleTextEditors.find(
    ({ document: { uri } }) => uri.scheme === 'output' && uri.path.includes(PRODUCT),
  );

/** Waits for the editor inside the output panel, which appears some time after the panel. */
function waitForLogEditor(): Promise<TextEditor | undefined> {
  const editor = findLogEditor();
  if (editor !== undefined) return Promise.resolve(editor);
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timeout);
      subscription.dispose();
      resolve(findLogEditor());
    };
    const subscription = window.onDidChangeVisibleTextEditors(() => {
      if (findLogEditor() !== undefined) end();
    });
    const timeout = setTimeout(end, PANEL_TIMEOUT_MS);
  });
}

/**
 * Shows the log and selects the last line about a request.
 * @param label the request's label in the log: `#7`
 */
export async function revealInLog(channel: LogOutputChannel, label: string): Promise<void> {
  channel.show(true);
  const editor = await waitForLogEditor();
  if (editor === undefined) return;
  const offset = editor.document.getText().lastIndexOf(`${label} `);
  if (offset < 0) return;
  const { range } = editor.document.lineAt(editor.document.positionAt(offset));
  editor.selection = new Selection(range.start, range.end);
  editor.revealRange(range, TextEditorRevealType.InCenter);
}
