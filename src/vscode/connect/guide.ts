/** What a client has to be told, and what a person is told about it. */
import { urlWithToken } from '../../server/server.js';
import type { FileEdit, FilePlace } from './fileEdit.js';

/** How the endpoint is reached. */
export interface Reach {
  /** From terminals and extensions of this window: the machine that the server runs on. Without a final slash. */
  readonly near: string;
  /** From programs on the person's own computer; in a remote window that is another address. */
  readonly far: string;
  /** Names without a tag; the first is the one to offer. */
  readonly models: readonly [string, ...string[]];
  /** The key that clients must send, where there is one. */
  readonly token: string | undefined;
  /** Of the machine that the server runs on. */
  readonly platform: NodeJS.Platform;
}

/** The endpoint as one client reaches it. */
export interface Target {
  /** For clients that send the key apart. */
  readonly url: string;
  /** For clients that can send no key: the key is in the path. The same as `url` when there is none. */
  readonly base: string;
  readonly model: string;
  readonly models: readonly string[];
  readonly token: string | undefined;
  readonly platform: NodeJS.Platform;
}

/** Text to put into a client, in the form that it reads. */
export interface Snippet {
  /** Where it belongs: a file, a field, a terminal. */
  readonly label: string;
  /** As Markdown's fences name it. */
  readonly language: string;
  readonly text: string;
}

/** A file of the person's own that the first snippet belongs into. */
export interface OwnedFile {
  readonly place: FilePlace;
  readonly edit: FileEdit;
}

export interface Guide {
  /** At most three, as sentences. */
  readonly steps: readonly string[];
  readonly snippets: readonly [Snippet, ...Snippet[]];
  readonly file?: OwnedFile;
  /** A search in the editor's own settings. */
  readonly settings?: string;
}

export type ClientGroup =
  'Editors and Their Extensions' | 'Applications' | 'Terminal' | 'Programs of Your Own';

export interface Client {
  readonly id: string;
  readonly title: string;
  readonly group: ClientGroup;
  /** Whether it runs where the server does, or on the person's own computer. */
  readonly reach: 'near' | 'far';
  readonly docs: string;
  readonly guide: (target: Target) => Guide;
}

/** What stands for the key where it is only shown. */
export const TOKEN_PLACEHOLDER = 'YOUR_TOKEN';

export function targetOf(client: Client, reach: Reach): Target {
  const url = reach[client.reach];
  const { models, token, platform } = reach;
  const base = token === undefined ? url : urlWithToken(url, token);
  return { url, base, model: models[0], models, token, platform };
}

/** The guide of a client. */
export const guideOf = (client: Client, reach: Reach): Guide => client.guide(targetOf(client, reach));

/** The same to be shown on a screen: without the key. */
export const shownGuide = (client: Client, reach: Reach): Guide =>
  guideOf(client, reach.token === undefined ? reach : { ...reach, token: TOKEN_PLACEHOLDER });
