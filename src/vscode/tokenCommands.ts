/** What a person can do with the token. It is shown nowhere; it goes to the clipboard. */
import { commands, env, window } from 'vscode';
import { urlWithToken } from '../server/server.js';
import { COMMANDS, PRODUCT } from './platform/names.js';
import type { Token } from './platform/token.js';

const COPY_URL = 'Copy Endpoint URL';
const CREATE = 'Create Token';

/** Says something and offers one command. Not waited for by its callers: the person may never answer. */
async function tell(message: string, title: string, command: string): Promise<void> {
  const chosen = await window.showInformationMessage(`${PRODUCT}: ${message}`, title);
  if (chosen === title) await commands.executeCommand(command);
}

/** The commands on the token, for the table of all. */
export function tokenCommands(token: Token): {
  readonly createToken: () => Promise<void>;
  readonly copyToken: () => Promise<void>;
  readonly removeToken: () => Promise<void>;
} {
  return {
    async createToken() {
      const before = token.current;
      await env.clipboard.writeText(await token.create());
      const old = before === undefined ? '' : ' The one before is refused from now on.';
      void tell(
        `The new token is in the clipboard. Clients must send it as their API key. For those that cannot, copy the URL with the token in it.${old}`,
        COPY_URL,
        COMMANDS.copyUrl,
      );
    },
    async copyToken() {
      const { current } = token;
      if (current === undefined) {
        void tell('There is no token, so clients need none.', CREATE, COMMANDS.createToken);
        return;
      }
      await env.clipboard.writeText(current);
      window.setStatusBarMessage('Copied the token', 3000);
    },
    async removeToken() {
      await token.remove();
      void tell('Clients need no token any more.', CREATE, COMMANDS.createToken);
    },
  };
}

/** The URL to copy: with a token there are two. `undefined` when the person chose none. */
export async function chooseUrl(url: string, token: string | undefined): Promise<string | undefined> {
  if (token === undefined) return url;
  const chosen = await window.showQuickPick(
    [
      {
        label: 'URL',
        detail: 'For clients that can send an API key. Give them the token as that key.',
        value: url,
      },
      {
        label: 'URL with the Token in It',
        detail: 'For clients that can send no API key. Whoever sees this URL can use your Claude.',
        value: urlWithToken(url, token),
      },
    ],
    { title: PRODUCT, placeHolder: 'Clients must send the token' },
  );
  return chosen?.value;
}
