/** The commands that solve a problem, by the kind of the problem. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import { COMMANDS } from '../platform/names.js';
import { t } from '../platform/localize.js';

export interface Remedy {
  readonly label: string;
  readonly command: string;
  /** The name of a VS Code icon. */
  readonly icon: string;
}

const CLI_MISSING: readonly Remedy[] = [
  { label: t('Install…'), command: COMMANDS.installCli, icon: 'cloud-download' },
  { label: t('Choose Program…'), command: COMMANDS.chooseProgram, icon: 'folder-opened' },
];

const REMEDIES: Readonly<Partial<Record<ErrorKind, readonly Remedy[]>>> = {
  untrusted: [{ label: t('Manage Workspace Trust'), command: 'workbench.trust.manage', icon: 'shield' }],
  cliMissing: CLI_MISSING,
  cliTooOld: [{ label: t('Update the Claude CLI'), command: COMMANDS.updateCli, icon: 'cloud-download' }],
  notSignedIn: [{ label: t('Sign In to Claude'), command: COMMANDS.signIn, icon: 'account' }],
};

/** What solves a problem, the best first; nothing if no command does. Used by tooltip, menu and notifications. */
export const remediesFor = (kind: ErrorKind): readonly Remedy[] => REMEDIES[kind] ?? [];

/** The commands of all remedies. */
export const REMEDY_COMMANDS: readonly string[] = Object.values(REMEDIES)
  .flat()
  .map(({ command }) => command);
