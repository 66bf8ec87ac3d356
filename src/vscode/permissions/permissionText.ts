/** The text and the choices of a permission request. Pure. */
import hostPath, { type PlatformPath } from 'node:path';
import { printable } from '../../core/log.js';
import { isNetworkPath } from '../../core/networkPath.js';
import type { PermissionAnswer, PermissionRequest, Sensitivity } from '../../core/permission.js';
import { clientTitle } from '../platform/clientTitle.js';
import { isBelow } from '../platform/paths.js';
import { editedPath, proposedEdit } from './proposedEdit.js';
import { t } from '../platform/localize.js';

export interface PermissionText {
  /** For a notification: one line, in which text from Claude or the client cannot form links. */
  readonly message: string;
  readonly choices: readonly Choice[];
  /** What the user must see completely before answering, and does not fit into the message. */
  readonly preview?: Preview;
}

export interface Choice {
  readonly title: string;
  readonly answer: PermissionAnswer;
  /** Save the file before giving the answer. */
  readonly save?: true;
}

/** What an editor shows: a comparison or one text. `path` gives name and language: absolute, with forward slashes. */
export type Preview =
  | { readonly title: string; readonly path: string; readonly before: string; readonly after: string }
  | { readonly path: string; readonly text: string };

/** The file that Claude wants to change. */
export interface TargetFile {
  readonly exists: boolean;
  /** Its content as the user sees it. Absent when it cannot be read. */
  readonly text?: string;
  /** An editor has changes of it that are not on disk. */
  readonly unsaved: boolean;
}

const NO_FILE: TargetFile = { exists: false, unsaved: false };
/** Longer commands and inputs are shown in an editor. Characters. */
const MAX_INLINE_LENGTH = 120;

/** The manifest gives files of these names languages whose editors wrap long lines and fold nothing. */
const COMMAND_PATH = "/Claude's command";
const INPUT_PATH = "/Claude's input";

const ALLOW: Choice = { title: t('Allow'), answer: 'once' };
const ALLOW_ALL: Choice = { title: t('Allow for This Conversation'), answer: 'conversation' };
const SAVE: Choice = { title: t('Save and Allow'), answer: 'once', save: true };
const DENY: Choice = { title: t('Deny'), answer: 'deny' };

const SENSITIVITY_TEXTS: Readonly<Record<Sensitivity, string>> = {
  unsaved: '',
  outside: t('It is outside the open folder, so you are asked each time.'),
  settings: t('It can change what programs may do, so you are asked each time.'),
  git: t("It belongs to Git's own files, so you are asked each time."),
};

/**
 * @param timeoutMinutes after which the request is denied
 * @param file the file that an edit would change; ignored for other tools
 * @param rules the path rules of the platform
 */
export function permissionText(
  request: PermissionRequest,
  timeoutMinutes: number,
  file = NO_FILE,
  rules: PlatformPath = hostPath,
): PermissionText {
  const { sensitive } = request;
  const { action, detail, preview } = describeRequest(request, file, rules);
  const client = /^[\w .-]{1,40}/.exec(clientTitle(request.client ?? ''))?.[0];
  const sentences = [
    client === undefined
      ? t('Claude wants to {0}.', action)
      : t('Claude wants to {0} (for {1}).', action, client),
    file.unsaved ? t('It has unsaved changes, which Claude does not see until they are saved.') : '',
    sensitive === undefined ? '' : SENSITIVITY_TEXTS[sensitive],
    t('Denied after {0} minutes without an answer.', timeoutMinutes),
    // Last, so that text from Claude cannot look like a sentence of this extension.
    detail,
  ];
  return {
    message: sentences
      .filter((sentence) => sentence !== '')
      .join(' ')
      // VS Code would render `[text](command:…)` as a link that runs a command.
      .replaceAll('](', '] ('),
    choices: [...(file.unsaved ? [SAVE] : sensitive === undefined ? [ALLOW, ALLOW_ALL] : [ALLOW]), DENY],
    ...(preview === undefined ? {} : { preview }),
  };
}

/**
 * What Claude wants to do, in a few words for the Activity view: `edit src/cart.ts`, `run npm test`.
 * @param rules the path rules of the platform
 */
export function requestedAction(request: PermissionRequest, rules: PlatformPath = hostPath): string {
  const { command } = request.input;
  if (typeof command === 'string') return t('run {0}', printable(command, MAX_INLINE_LENGTH));
  return describeRequest(request, { exists: true, unsaved: false }, rules).action;
}

/** For the log: the tool and the file, without contents. */
export function loggedSubject(request: PermissionRequest): string {
  const path = targetPath(request);
  return printable(
    path === undefined ? request.tool : `${request.tool} ${displayPath(request.folder, path, hostPath)}`,
  );
}

/** The absolute path of the file that an edit would change. `undefined` for other tools. */
export function targetPath(
  { tool, input, folder }: PermissionRequest,
  rules: PlatformPath = hostPath,
): string | undefined {
  const path = editedPath(tool, input);
  return path === undefined ? undefined : rules.resolve(folder, path);
}

/**
 * Whether a file may be read for a preview. To open a file of another machine, Windows would sign in there.
 * @param path absolute
 */
export function mayRead(folder: string, path: string, rules: PlatformPath = hostPath): boolean {
  return rules.sep === '/' || !isNetworkPath(path) || isBelow(folder, path, rules);
}

interface RequestDescription {
  /** Completes "Claude wants to …". */
  readonly action: string;
  /** What the tool gets, as the last sentence. Empty when the action says it. */
  readonly detail: string;
  readonly preview?: Preview;
}

function describeRequest(
  request: PermissionRequest,
  file: TargetFile,
  rules: PlatformPath,
): RequestDescription {
  const { tool, input, folder } = request;
  const path = targetPath(request, rules);
  if (path !== undefined) {
    const name = printable(displayPath(folder, path, rules));
    const title = t('{0} (proposed by Claude)', printable(rules.basename(path)));
    const preview = { title, path: pathOfUri(path), ...proposedEdit(tool, input, file.text) };
    return { action: file.exists ? t('edit {0}', name) : t('create {0}', name), detail: '', preview };
  }
  const { command, file_path: readPath } = input;
  if (tool === 'Read' && typeof readPath === 'string') {
    return { action: t('read {0}', printable(displayPath(folder, readPath, rules))), detail: '' };
  }
  if (typeof command === 'string') {
    // A command with a backtick could look as if it ended there.
    return isInline(command) && !command.includes('`')
      ? { action: t('run {0}', `\`${command}\``), detail: '' }
      : {
          action: t('run a command'),
          detail: t('The editor shows the command.'),
          preview: { path: COMMAND_PATH, text: escapeLines(command) },
        };
  }
  const action = t('use {0}', printable(tool, MAX_INLINE_LENGTH));
  const line = JSON.stringify(input);
  return isInline(line)
    ? { action, detail: t('The input: {0}', line) }
    : {
        action,
        detail: t('The editor shows the input.'),
        preview: { path: INPUT_PATH, text: escapeLines(JSON.stringify(input, null, 2)) },
      };
}

const isInline = (line: string): boolean => line.length <= MAX_INLINE_LENGTH && printable(line) === line;

/** The whole text, with its line breaks and tabs; other characters that do not print are escaped. */
const escapeLines = (text: string): string =>
  text.replace(/[^\n\t]+/g, (part) => printable(part, part.length));

/** Relative to the folder for a path inside it, otherwise absolute. */
function displayPath(folder: string, path: string, rules: PlatformPath): string {
  const absolute = rules.resolve(folder, path);
  return isBelow(folder, absolute, rules) ? rules.relative(folder, absolute).replaceAll('\\', '/') : absolute;
}

/** As in the path of a URI without a host: exactly one slash at the start, also before the drive letter of Windows. */
const pathOfUri = (path: string): string => path.replaceAll('\\', '/').replace(/^\/*/, '/');
