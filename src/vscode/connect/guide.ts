/** The types of a client and of its guide, and how a guide is made for an endpoint. Pure. */
import { urlWithToken } from '../../server/server.js';
import type { FileEdit, FileLocation } from './fileEdit.js';

/** The endpoint, for the clients of every machine. */
export interface EndpointInfo {
  /**
   * Without a final slash: for clients on the machine that runs the server, such as terminals and extensions of this
   * window.
   */
  readonly localUrl: string;
  /** The same for clients on the user's own machine. It differs from `localUrl` only in a remote window. */
  readonly externalUrl: string;
  /** Names without a tag; the first is the default in the guides. */
  readonly models: readonly [string, ...string[]];
  /** The API key that clients must send, if any. */
  readonly token: string | undefined;
  /** Of the machine that the server runs on. */
  readonly platform: NodeJS.Platform;
}

/** The endpoint as one client uses it. */
export interface Target {
  /** For clients that can send an API key. */
  readonly url: string;
  /** For clients that cannot: the token, if any, is part of the path. */
  readonly authUrl: string;
  readonly model: string;
  readonly models: readonly string[];
  readonly token: string | undefined;
  readonly platform: NodeJS.Platform;
}

/** Configuration in exactly the form that the client reads. */
export interface Snippet {
  /** Where it belongs: the name of a file or a field, or a terminal. */
  readonly label: string;
  /** As in a fence of Markdown. */
  readonly language: string;
  readonly text: string;
}

/** A configuration file of the client, to which the first snippet can be added automatically. */
export interface ConfigurationFile {
  readonly location: FileLocation;
  readonly edit: FileEdit;
}

export interface Guide {
  /** One to three sentences. */
  readonly steps: readonly string[];
  readonly snippets: readonly [Snippet, ...Snippet[]];
  readonly file?: ConfigurationFile;
  /** What to search for in VS Code's settings, for clients that are configured there. */
  readonly settingsQuery?: string;
}

export type ClientGroup = 'Editors and Extensions' | 'Applications' | 'Terminal' | 'Your Own Programs';

export interface Client {
  readonly id: string;
  readonly title: string;
  readonly group: ClientGroup;
  /** For a desktop application. Otherwise the client runs on the same machine as the server. */
  readonly runsOnUserMachine?: boolean;
  readonly docs: string;
  readonly guide: (target: Target) => Guide;
}

/** Shown instead of the token. */
export const TOKEN_PLACEHOLDER = 'YOUR_TOKEN';

function targetOf({ runsOnUserMachine = false }: Client, endpoint: EndpointInfo): Target {
  const { localUrl, externalUrl, models, token, platform } = endpoint;
  const url = runsOnUserMachine ? externalUrl : localUrl;
  return {
    url,
    authUrl: token === undefined ? url : urlWithToken(url, token),
    model: models[0],
    models,
    token,
    platform,
  };
}

/** With the real token: for the clipboard and for files. */
export const guideOf = (client: Client, endpoint: EndpointInfo): Guide =>
  client.guide(targetOf(client, endpoint));

/** With a placeholder for the token: for the screen. */
export const guideWithoutToken = (client: Client, endpoint: EndpointInfo): Guide =>
  guideOf(client, endpoint.token === undefined ? endpoint : { ...endpoint, token: TOKEN_PLACEHOLDER });
