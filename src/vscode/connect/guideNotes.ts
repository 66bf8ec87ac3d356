/** What a guide says about the server and this window before its steps. Pure. */
import { t } from '../platform/localize.js';
import { TOKEN_PLACEHOLDER, type EndpointInfo } from './guide.js';

export interface GuideSituation extends Pick<EndpointInfo, 'localUrl' | 'externalUrl' | 'token'> {
  /** Whether the server is running. */
  readonly served: boolean;
  /** Whether VS Code has no address for the user's own machine. */
  readonly isLocalOnly: boolean;
}

/** The notes, a sentence or two each. Empty for a running server in a local window without a token. */
export function guideNotes({ served, token, localUrl, externalUrl, isLocalOnly }: GuideSituation): string[] {
  const notes: string[] = [];
  if (!served) notes.push(t('The server is not running. Start it with "Claude Ollama: Start".'));
  if (token !== undefined) {
    notes.push(t('{0} is a placeholder for the token. "Copy" copies the real token.', TOKEN_PLACEHOLDER));
  }
  if (localUrl !== externalUrl) {
    notes.push(
      t('This window runs on a remote machine. On your own machine, the address is {0}.', externalUrl),
    );
  } else if (isLocalOnly) {
    notes.push(
      t(
        'This window runs on a remote machine, and so must the client. For clients on your own machine, forward the port in the Ports view.',
      ),
    );
  }
  return notes;
}
