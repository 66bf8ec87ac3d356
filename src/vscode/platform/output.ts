/** The output channel. Its level is the person's: "Developer: Set Log Level…". */
import { Selection, TextEditorRevealType, window, type LogOutputChannel, type TextEditor } from 'vscode';
import { createLogger, type Logger } from '../../core/log.js';
import { redactingLogger } from '../../core/secretRedaction.js';
import { formatRecord, WINDOW_PATH, type RequestRecord } from '../../server/server.js';
import { PRODUCT } from './names.js';

/** How long the output panel may take to open, milliseconds. */
const PANEL_MS = 2_000;

export const createOutput = (): LogOutputChannel => window.createOutputChannel(PRODUCT, { log: true });

/**
 * The channel as the parts of the program see it.
 * @param secrets what no line may show
 */
export function loggerOf(channel: LogOutputChannel, secrets: () => readonly string[]): Logger {
  return redactingLogger(
    createLogger((level, line) => channel[level](line)),
    secrets,
  );
}

/** One line a request. A window that waits for the port asks again and again: that is for debugging. */
export function logRequest(log: Logger, record: RequestRecord): void {
  const line = `[request] ${formatRecord(record)}`;
  const fromWindow = record.route === '/' || record.route === WINDOW_PATH;
  if (fromWindow && record.client === '') log.debug(line);
  else if (record.error !== undefined && record.status !== 499) log.warn(line);
  else log.info(line);
}

const logEditor = (): TextEditor | undefined =>
  window.visibleTextEditors.find(
    ({ document: { uri } }) => uri.scheme === 'output' && uri.path.includes(PRODUCT),
  );

/** The editor inside the output panel, which comes some time after the panel. */
function openedLog(): Promise<TextEditor | undefined> {
  const there = logEditor();
  if (there !== undefined) return Promise.resolve(there);
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(late);
      subscription.dispose();
      resolve(logEditor());
    };
    const subscription = window.onDidChangeVisibleTextEditors(() => {
      if (logEditor() !== undefined) end();
    });
    const late = setTimeout(end, PANEL_MS);
  });
}

/**
 * Shows the log at the last line about a request.
 * @param label as it stands in the log: `#7`
 */
export async function revealInLog(channel: LogOutputChannel, label: string): Promise<void> {
  channel.show(true);
  const editor = await openedLog();
  if (editor === undefined) return;
  const at = editor.document.getText().lastIndexOf(`${label} `);
  if (at < 0) return;
  const { range } = editor.document.lineAt(editor.document.positionAt(at));
  editor.selection = new Selection(range.start, range.end);
  editor.revealRange(range, TextEditorRevealType.InCenter);
}
