/** Detects that the user has signed in, signed out or changed the account in the Claude CLI. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Reads the state of the sign-in. Never rejects. The result differs between accounts and contains no secret. */
export type SignInState = () => Promise<string>;

/**
 * The CLI keeps the account in `.claude.json` and, where there is no keychain, credentials in `.credentials.json`. It writes
 * both files often: a refreshed token is no other sign-in, so only the account counts.
 * @param env the environment of the CLI
 */
export function watchSignIn(env: Readonly<Record<string, string | undefined>>): SignInState {
  const home = env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? homedir();
  const folder = env['CLAUDE_CONFIG_DIR'];
  const account = partOf(join(folder ?? home, '.claude.json'), (file) => {
    const found = file['oauthAccount'];
    const ids = isObject(found) ? [found['accountUuid'], found['organizationUuid']] : [];
    return [...ids, file['primaryApiKey']];
  });
  const credentials = partOf(join(folder ?? join(home, '.claude'), '.credentials.json'), (file) => {
    const oauth = file['claudeAiOauth'];
    return isObject(oauth) ? [oauth['subscriptionType'], oauth['scopes']] : undefined;
  });
  return async () => (await Promise.all([account(), credentials()])).join(' ');
}

type FileContents = Readonly<Record<string, unknown>>;

/** A function that returns a digest of a part of a JSON file. It reads the file only if that has changed. */
function partOf(path: string, select: (file: FileContents) => unknown): SignInState {
  const digestOf = (file: FileContents): string =>
    createHash('sha256')
      .update(JSON.stringify(select(file)) ?? '-')
      .digest('hex');
  // The first process of a new installation creates the file, without an account.
  const none = digestOf({});
  let version = '';
  let digest = none;
  return async () => {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return none;
    const newVersion = `${found.size}:${found.mtimeMs}`;
    if (newVersion !== version) {
      const text = await readFile(path, 'utf8').catch(() => '');
      const parsed = parse(text);
      // The CLI may be writing the file.
      if (parsed === undefined) return digest;
      digest = digestOf(parsed);
      version = newVersion;
    }
    return digest;
  };
}

function parse(text: string): FileContents | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is FileContents {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
