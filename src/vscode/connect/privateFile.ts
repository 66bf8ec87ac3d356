/** A file of the person's that may come to hold a token. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes an empty file that only its owner can read, with the folders that are missing; also where a link leads that leads
 * nowhere yet. What is there stays as it is: its text, its mode, its owner, and a link stays a link.
 * @throws Error the file system's
 */
export async function ensurePrivateFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, '', { mode: 0o600 });
}
