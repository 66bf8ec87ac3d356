/** The command that solves a problem, by the kind of the problem. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import { COMMANDS } from '../platform/names.js';

export interface Remedy {
  readonly label: string;
  readonly command: string;
  /** The name of a VS Code icon. */
  readonly icon: string;
}

/** Used by the tooltip, the menu and the notifications. Kinds that no command can solve are absent. */
export const REMEDIES: Readonly<Partial<Record<ErrorKind, Remedy>>> = {
  untrusted: { label: 'Manage Workspace Trust', command: 'workbench.trust.manage', icon: 'shield' },
  cliMissing: {
    label: 'Install the Claude CLI…',
    command: COMMANDS.installCli,
    icon: 'cloud-download',
  },
  cliTooOld: { label: 'Update the Claude CLI', command: COMMANDS.updateCli, icon: 'cloud-download' },
  notSignedIn: { label: 'Sign In to Claude', command: COMMANDS.signIn, icon: 'account' },
};
