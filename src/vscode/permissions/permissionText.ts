/** How a question for permission is put to the person. Pure: words and texts in, words and texts out. */
import { relative, resolve, sep } from 'node:path';
import { printable } from '../../core/log.js';
import type { PermissionAnswer, PermissionRequest, Sensitivity } from '../../core/permission.js';
import { editedPath, proposedEdit } from './proposedEdit.js';

export interface PermissionText {
  /** For a notification: one line, in which foreign text makes no links. */
  readonly message: string;
  readonly choices: readonly Choice[];
  /** What must be seen whole, and does not fit into a line. */
  readonly exhibit?: Preview;
}

export interface Choice {
  readonly title: string;
  readonly answer: PermissionAnswer;
  /** The file is saved before the answer is given. */
  readonly save?: true;
}

/** Texts to show in an editor. `path` gives name and language: absolute, with forward slashes. */
export type Preview =
  | { readonly title: string; readonly path: string; readonly before: string; readonly after: string }
  | { readonly path: string; readonly text: string };

/** The file that the question is about. */
export interface AskedFile {
  readonly exists: boolean;
  /** What it holds, as the person sees it; absent when it cannot be read. */
  readonly text?: string;
  /** There is text in an editor that is not on the disk. */
  readonly unsaved: boolean;
}

const NO_FILE: AskedFile = { exists: false, unsaved: false };
/** Longer commands are shown in an editor. */
const LINE = 120;

const ALLOW: Choice = { title: 'Allow', answer: 'once' };
const ALLOW_ALL: Choice = { title: 'Allow for This Conversation', answer: 'conversation' };
const SAVE: Choice = { title: 'Save and Allow', answer: 'once', save: true };
const DENY: Choice = { title: 'Deny', answer: 'deny' };

const EACH_TIME: Readonly<Record<Sensitivity, string>> = {
  unsaved: '',
  outside: 'It is outside the open folder, so you are asked each time.',
  settings: 'It can change what programs may do, so you are asked each time.',
  git: "It belongs to Git's own files, so you are asked each time.",
};

/**
 * The question.
 * @param minutes after which no answer is a denial
 * @param file what an edit is about; of no matter for other tools
 */
export function permissionText(request: PermissionRequest, minutes: number, file = NO_FILE): PermissionText {
  const { sensitive } = request;
  const { verb, object, exhibit } = subjectOf(request, file);
  const client = /^[\w./-]{1,40}/.exec(request.client ?? '')?.[0];
  const sentences = [
    `Claude wants to ${verb}${client === undefined ? '' : `, for ${client}`}.`,
    file.unsaved ? 'It has unsaved changes, which Claude does not see before they are saved.' : '',
    sensitive === undefined ? '' : EACH_TIME[sensitive],
    `Without an answer this is denied after ${minutes} minutes.`,
    // Last, so that it cannot pass for words of ours.
    object,
  ];
  return {
    message: sentences
      .filter((sentence) => sentence !== '')
      .join(' ')
      // `[words](command:…)` would be a link that runs a command.
      .replaceAll('](', '] ('),
    choices: [...(file.unsaved ? [SAVE] : sensitive === undefined ? [ALLOW, ALLOW_ALL] : [ALLOW]), DENY],
    ...(exhibit === undefined ? {} : { exhibit }),
  };
}

/** For the log: what it is about, without contents. */
export function loggedSubject(request: PermissionRequest): string {
  const path = askedPath(request);
  return printable(path === undefined ? request.tool : `${request.tool} ${shownPath(request.folder, path)}`);
}

/** The file of an edit, absolute; `undefined` for other tools. */
export function askedPath({ tool, input, folder }: PermissionRequest): string | undefined {
  const path = editedPath(tool, input);
  return path === undefined ? undefined : resolve(folder, path);
}

function subjectOf(
  request: PermissionRequest,
  file: AskedFile,
): { readonly verb: string; readonly object: string; readonly exhibit?: Preview } {
  const { tool, input, folder } = request;
  const path = askedPath(request);
  if (path !== undefined) {
    const shown = printable(shownPath(folder, path));
    const title = `${shown}: what Claude wants`;
    const exhibit = { title, path: slashed(path), ...proposedEdit(tool, input, file.text) };
    return { verb: `${file.exists ? 'edit' : 'create'} ${shown}`, object: '', exhibit };
  }
  const { command, file_path: read } = input;
  if (tool === 'Read' && typeof read === 'string') {
    return { verb: `read ${printable(shownPath(folder, read))}`, object: '' };
  }
  const isCommand = typeof command === 'string';
  const verb = isCommand ? 'run a command' : `use ${printable(tool, LINE)}`;
  const text = isCommand ? command : JSON.stringify(input, null, 2);
  const line = isCommand ? command : JSON.stringify(input);
  const what = isCommand ? 'The command' : 'With';
  if (line.length <= LINE && printable(line) === line) return { verb, object: `${what}: ${line}` };
  return {
    verb,
    object: `${what}: see the editor.`,
    exhibit: {
      path: isCommand ? "/Claude's command.sh" : "/Claude's input.json",
      text: text.replace(/[^\n\t]+/g, (part) => printable(part, part.length)),
    },
  };
}

/** From the folder where it is inside, else absolute. */
function shownPath(folder: string, path: string): string {
  const whole = resolve(folder, path);
  return whole.startsWith(folder + sep) ? slashed(relative(folder, whole)) : whole;
}

const slashed = (path: string): string => path.replaceAll('\\', '/').replace(/^(?=\w:)/, '/');
