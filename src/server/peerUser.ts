/**
 * Finds out which user of this machine opened a connection. Every user of a machine can connect to the loopback; on
 * Linux, `/proc/net/tcp` and `/proc/net/tcp6` list the owner of each socket.
 */
import { open } from 'node:fs/promises';
import { isIPv4, type Socket } from 'node:net';
import { endianness } from 'node:os';
import { ChatError } from '../core/errors.js';

/** The two ends of a connection, as the server sees them. Addresses in Node's notation. */
export interface ConnectionEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** A user id; `closed` when the client has closed its socket, which then has no owner. */
export type SocketOwner = number | 'closed';

const MAPPED_PREFIX = '::ffff:';
const V6_BYTES = 16;

/** The bytes of an address. An IPv4-mapped IPv6 address counts as IPv4. */
function bytesOf(address: string): number[] {
  const plain = address.toLowerCase().startsWith(MAPPED_PREFIX)
    ? address.slice(MAPPED_PREFIX.length)
    : address;
  if (isIPv4(plain)) return plain.split('.').map(Number);
  const groups = (text: string): number[] =>
    text === ''
      ? []
      : text.split(':').flatMap((group) => {
          const word = Number.parseInt(group, 16);
          return [word >> 8, word & 0xff];
        });
  const [head = '', tail = ''] = plain.replace(/%.*$/, '').split('::');
  const [before, after] = [groups(head), groups(tail)];
  return [...before, ...Array<number>(V6_BYTES - before.length - after.length).fill(0), ...after];
}

/** Hexadecimal digits as the kernel prints them: each 32-bit word in the byte order of the machine. */
function hexOf(bytes: readonly number[], littleEndian: boolean): string {
  let hex = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    if (littleEndian) word.reverse();
    for (const byte of word) hex += byte.toString(16).padStart(2, '0');
  }
  return hex.toUpperCase();
}

const V4_MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** How the client's socket may appear in the two tables. An IPv6 socket can have an IPv4 connection. */
function tableEntries(ends: ConnectionEnds, littleEndian: boolean): string[] {
  const remote = bytesOf(ends.remoteAddress);
  const local = bytesOf(ends.localAddress);
  const port = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0');
  const pair = (prefix: readonly number[]): string => {
    const [from, to] = [remote, local].map((bytes) => hexOf([...prefix, ...bytes], littleEndian));
    return ` ${from}:${port(ends.remotePort)} ${to}:${port(ends.localPort)} `;
  };
  return remote.length === V6_BYTES ? [pair([])] : [pair([]), pair(V4_MAPPED_PREFIX)];
}

/** The columns after the two addresses: state, queues, timer, retransmits, uid, timeout, inode. */
const UID_AND_INODE = /^\S+ +\S+ +\S+ +\S+ +(\d+) +\d+ +(\d+) /;

/** Searches lines of a table; `undefined` when nothing is found. */
export type Search<T> = (lines: string) => T | undefined;

/**
 * Returns a search for the owner of the client's socket in lines of `/proc/net/tcp` or `/proc/net/tcp6`. Clients on
 * other machines are not in these tables.
 */
export function ownerSearch(ends: ConnectionEnds, littleEndian: boolean): Search<SocketOwner> {
  const entries = tableEntries(ends, littleEndian);
  return (lines) => {
    for (const entry of entries) {
      const at = lines.indexOf(entry);
      if (at < 0) continue;
      const end = lines.indexOf('\n', at);
      const match = UID_AND_INODE.exec(lines.slice(at + entry.length, end < 0 ? undefined : end));
      if (match === null) return undefined;
      const [, uid, inode] = match;
      // The kernel lists a closed socket as root's, with inode 0. No program can read a reply from it.
      return inode === '0' ? 'closed' : Number(uid);
    }
    return undefined;
  };
}

interface PendingSearch {
  readonly search: Search<SocketOwner>;
  readonly resolve: (found: SocketOwner | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Error codes of systems that never show the table, as opposed to a temporary failure. */
const NOT_AVAILABLE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * Returns a function that searches a table. Reading a whole table takes the kernel milliseconds, so a pass stops when
 * everything is found, and searches that arrive during a pass share the next one. A search rejects when the table
 * temporarily cannot be read; a table that is not available counts as empty.
 * @param read yields the table in chunks
 */
export function createTableSearch(
  read: () => AsyncIterable<string>,
): (search: Search<SocketOwner>) => Promise<SocketOwner | undefined> {
  let pending: PendingSearch[] = [];
  let running = false;

  const pass = async (): Promise<void> => {
    let remaining = pending;
    pending = [];
    let incompleteLine = '';
    try {
      for await (const chunk of read()) {
        const text = incompleteLine + chunk;
        const end = text.lastIndexOf('\n') + 1;
        const lines = text.slice(0, end);
        incompleteLine = text.slice(end);
        remaining = remaining.filter(({ search, resolve }) => {
          const found = search(lines);
          if (found !== undefined) resolve(found);
          return found === undefined;
        });
        if (remaining.length === 0) return;
      }
    } catch (error) {
      if (!NOT_AVAILABLE.has((error as NodeJS.ErrnoException).code ?? '')) {
        for (const { reject } of remaining) reject(error);
      }
    } finally {
      for (const { resolve } of remaining) resolve(undefined);
    }
  };
  const run = async (): Promise<void> => {
    running = true;
    while (pending.length > 0) await pass();
    running = false;
  };

  return (search) =>
    new Promise((resolve, reject) => {
      pending.push({ search, resolve, reject });
      // Intentionally not awaited: `run` never rejects, because `pass` handles every error.
      if (!running) void run();
    });
}

const CHUNK_BYTES = 64 * 1024;

async function* chunksOf(path: string): AsyncGenerator<string, void, undefined> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.toString('latin1', 0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Distinguishes connections of this user from those of other users. */
export interface PeerUserCheck {
  /**
   * Whether the client runs as this user or root, or its user can never be determined. Looked up once for each
   * connection, without blocking.
   * @returns the result itself once it is known
   * @throws ChatError `overloaded` when the user temporarily cannot be determined
   */
  isOwnUser(socket: Socket): boolean | Promise<boolean>;
}

/** Creates the check for the user of this process. On systems other than Linux, every client counts as this user. */
export function createPeerUserCheck(): PeerUserCheck {
  const ownUid = process.platform === 'linux' ? process.getuid?.() : undefined;
  const searches = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => createTableSearch(() => chunksOf(path)));
  const verdicts = new WeakMap<Socket, boolean | Promise<boolean>>();

  const lookUp = async (socket: Socket): Promise<boolean> => {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (!remoteAddress || !remotePort || !localAddress || !localPort) return true;
    const ends = { remoteAddress, remotePort, localAddress, localPort };
    const search = ownerSearch(ends, endianness() === 'LE');
    for (const findOwner of searches) {
      const owner = await findOwner(search);
      if (owner !== undefined) return owner === ownUid || owner === 0;
    }
    return true;
  };

  return {
    isOwnUser(socket) {
      if (ownUid === undefined) return true;
      const known = verdicts.get(socket);
      if (known !== undefined) return known;
      const verdict = lookUp(socket).then(
        (isOwn) => {
          verdicts.set(socket, isOwn);
          return isOwn;
        },
        (cause: unknown) => {
          verdicts.delete(socket);
          throw new ChatError(
            'overloaded',
            'Cannot determine which user opened this connection. Close some programs, then try again.',
            { cause },
          );
        },
      );
      verdicts.set(socket, verdict);
      return verdict;
    },
  };
}
