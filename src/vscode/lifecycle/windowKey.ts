/** The secret that all windows of the user share, in a file that only the user can read. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const KEY_BYTES = 32;
const KEY = /^[0-9a-f]{64}$/;
const ONLY_OWNER = 0o600;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/**
 * The key in this file. Creates the file if there is none, and replaces it if it holds no key, or if other users could have
 * read or written it.
 * @param link creates a hard link; throws where the file system has none
 * @throws Error when the file cannot be read or written
 */
export function readOrCreateKey(file: string, link: typeof linkSync = linkSync): string {
  const found = readKey(file);
  if (found.kind === 'valid') return found.key;
  writeKey(file, found.kind, link);
  const written = readKey(file);
  if (written.kind === 'valid') return written.key;
  throw new Error(`the key in ${file} cannot be kept private`);
}

type FoundKey = { readonly kind: 'valid'; readonly key: string } | { readonly kind: 'missing' | 'bad' };

function readKey(file: string): FoundKey {
  try {
    const key = readFileSync(file, 'utf8');
    return KEY.test(key) && isPrivate(file) ? { kind: 'valid', key } : { kind: 'bad' };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { kind: 'missing' };
    if (hasCode(error, 'EISDIR')) throw error;
    return { kind: 'bad' };
  }
}

/** Windows has no file modes: the access control list of the folder decides. */
function isPrivate(file: string): boolean {
  if (process.platform === 'win32') return true;
  const { mode, uid } = statSync(file);
  return (mode & 0o777) === ONLY_OWNER && uid === process.geteuid?.();
}

/** Writes a draft first, so that no window reads a partial key. The first of several windows that create the file wins. */
function writeKey(file: string, found: 'missing' | 'bad', link: typeof linkSync): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const descriptor = openSync(draft, 'wx', ONLY_OWNER);
    try {
      writeSync(descriptor, randomBytes(KEY_BYTES).toString('hex'));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (found === 'bad' || !tryToLink(draft, file, link)) renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @returns false if the file system has no links, for example exFAT */
function tryToLink(draft: string, file: string, link: typeof linkSync): boolean {
  try {
    link(draft, file);
    return true;
  } catch (error) {
    return hasCode(error, 'EEXIST');
  }
}
