/** The guides of Connect a Client for a running endpoint. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findClient } from '../../src/vscode/connect/clients.js';
import { applyEdit, candidatePaths } from '../../src/vscode/connect/fileEdit.js';
import { guideOf, type Guide, type EndpointInfo } from '../../src/vscode/connect/guide.js';

export function guideFor(id: string, url: string, more: Partial<EndpointInfo> = {}): Guide {
  const client = findClient(id);
  assert.ok(client, id);
  const { platform } = process;
  return guideOf(client, {
    localUrl: url,
    externalUrl: url,
    models: ['claude-sonnet', 'claude-haiku'],
    token: undefined,
    platform,
    ...more,
  });
}

/** The first snippet of a guide, which is complete: a configuration, a program or a command. */
export const snippetOf = (id: string, url: string, more: Partial<EndpointInfo> = {}): string =>
  guideFor(id, url, more).snippets[0].text;

/** Writes the configuration file of that client into an empty home, as Apply Change does. */
export async function connectIn(home: string, id: string, url: string): Promise<void> {
  const { file, snippets } = guideFor(id, url);
  assert.ok(file !== undefined && file.location.root !== 'userData', id);
  const path = candidatePaths(file.location, { home, platform: process.platform, env: {} }).at(-1);
  const result = applyEdit(undefined, file.edit, snippets[0].text);
  assert.ok(path !== undefined && result.kind === 'changed');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, result.text);
}

/** A command of a guide, for a POSIX shell: its environment variables and its words. Quotes are not interpreted. */
export function commandOf(
  id: string,
  url: string,
): { readonly env: Readonly<Record<string, string>>; readonly words: readonly string[] } {
  const words = snippetOf(id, url, { platform: 'linux' }).split(' ');
  const end = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return {
    env: Object.fromEntries(
      words.slice(0, end).map((word) => word.split(/=(.*)/).slice(0, 2) as [string, string]),
    ),
    words: words.slice(end),
  };
}
