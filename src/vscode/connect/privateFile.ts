/** Creates configuration files that may contain a token. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates an empty file that only its owner can read, and its missing folders. Follows a symbolic link, even to a target
 * that does not exist yet. An existing file keeps its content, mode and owner.
 * @throws Error of the file system
 */
export async function ensurePrivateFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, '', { mode: 0o600 });
}
