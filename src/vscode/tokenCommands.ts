/** The commands that copy the endpoint's URL and manage its token. The token goes to the clipboard, never on screen. */
import { env, window } from 'vscode';
import { urlWithToken } from '../server/server.js';
import { urlOf } from './lifecycle/desiredConfig.js';
import type { Configuration } from './platform/configuration.js';
import { COMMANDS, PRODUCT, type CommandTable } from './platform/names.js';
import type { Token } from './platform/token.js';
import type { AddressBook } from './ui/address.js';
import { showCopied, showInformation, showLocalAddressOnly } from './notifications/notifications.js';
import { t } from './platform/localize.js';

export interface TokenCommandOptions {
  readonly token: Token;
  readonly configuration: Pick<Configuration, 'current'>;
  readonly addresses: Pick<AddressBook, 'resolveExternalUrl'>;
}

const COPY_URL = { label: t('Copy Endpoint URL'), command: COMMANDS.copyUrl };
const CREATE = { label: t('Create Token'), command: COMMANDS.createToken };

export function tokenCommands({
  token,
  configuration,
  addresses,
}: TokenCommandOptions): CommandTable<'copyUrl' | 'createToken' | 'copyToken' | 'removeToken'> {
  return {
    async copyUrl() {
      const localUrl = urlOf(configuration.current);
      const externalUrl = await addresses.resolveExternalUrl(localUrl);
      const url = externalUrl ?? localUrl;
      const chosen = await chooseUrl(url, token.current);
      if (chosen === undefined) return;
      await env.clipboard.writeText(chosen);
      // Not awaited: the user may never respond.
      if (externalUrl === undefined) void showLocalAddressOnly(localUrl);
      else showCopied(t('Copied {0}', url));
    },
    async createToken() {
      const replaced = token.current !== undefined;
      if (replaced && !(await confirmReplacement())) return;
      await env.clipboard.writeText(await token.create());
      // None of the notifications is awaited: the user may never respond.
      void showInformation(
        [
          t(
            'The new token is in the clipboard. Clients must send it as their API key. For clients that cannot send one, copy the URL that contains the token.',
          ),
          ...(replaced ? [t('The previous token is no longer valid.')] : []),
        ].join(' '),
        COPY_URL,
      );
    },
    async copyToken() {
      const { current } = token;
      if (current === undefined) {
        void showInformation(t('There is no token, so clients need none.'), CREATE);
        return;
      }
      await env.clipboard.writeText(current);
      showCopied(t('Copied the token'));
    },
    async removeToken() {
      await token.remove();
      void showInformation(t('Clients no longer need a token.'), CREATE);
    },
  };
}

/** Clients keep the old token until the user has changed it there. @returns whether to replace it */
async function confirmReplacement(): Promise<boolean> {
  const chosen = await window.showQuickPick(
    [
      {
        label: t('Replace the Token'),
        detail: t('Clients that send the old token are refused.'),
        replace: true,
      },
      { label: t('Keep the Token'), detail: t('Copy Token copies it.'), replace: false },
    ],
    { title: PRODUCT, placeHolder: t('There is a token already. Replace it?') },
  );
  return chosen?.replace === true;
}

/** Lets the user choose between the plain URL and the one with the token. `undefined` when cancelled. */
async function chooseUrl(url: string, token: string | undefined): Promise<string | undefined> {
  if (token === undefined) return url;
  const chosen = await window.showQuickPick(
    [
      {
        label: 'URL',
        detail: t('For clients that can send an API key. Use the token as the API key.'),
        value: url,
      },
      {
        label: t('URL with Token'),
        detail: t('For clients that cannot send an API key. Anyone with this URL can use your Claude.'),
        value: urlWithToken(url, token),
      },
    ],
    { title: PRODUCT, placeHolder: t('Clients must send the token') },
  );
  return chosen?.value;
}
