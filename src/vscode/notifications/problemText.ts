/** Problems of the setup in one short sentence, for the user interface. Pure. */
import type { ErrorKind } from '../../core/errors.js';
import { t } from '../platform/localize.js';

/** The log and the diagnostics have the details, such as the paths that were searched. */
const SHORT_TEXTS: Readonly<Partial<Record<ErrorKind, string>>> = {
  untrusted: t('This folder is not trusted, so Claude does not run in it.'),
  cliMissing: t('The Claude CLI was not found.'),
  cliTooOld: t('The Claude CLI is too old.'),
  notSignedIn: t('Claude is not signed in.'),
};

/** The problem in one sentence. Kinds that the user cannot solve with one of our commands keep their own message. */
export const problemText = ({
  kind,
  message,
}: {
  readonly kind: ErrorKind;
  readonly message: string;
}): string => SHORT_TEXTS[kind] ?? message;

const LABELS: Readonly<Partial<Record<ErrorKind, string>>> = {
  untrusted: t('the folder is not trusted'),
  cliMissing: t('the Claude CLI was not found'),
  cliTooOld: t('the Claude CLI is too old'),
  notSignedIn: t('not signed in'),
};

/** A few words for a screen reader, as a part of a sentence. */
export const problemLabel = (kind: ErrorKind): string => LABELS[kind] ?? t('Claude cannot answer');
