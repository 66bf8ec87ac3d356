/**
 * Who is at the other end of a connection within this machine. The loopback is open to every user of it; on Linux the
 * kernel tells whose a socket is.
 */
import { open } from 'node:fs/promises';
import { isIPv4, type Socket } from 'node:net';
import { endianness } from 'node:os';
import { ChatError } from '../core/errors.js';

/** The two ends of a connection, seen from the server. Addresses as Node writes them. */
export interface Ends {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** A user's id; `closed` when the client has let go of its socket, so that it is nobody's any more. */
export type Owner = number | 'closed';

const MAPPED = '::ffff:';
const V6_BYTES = 16;

/** The bytes of an address, without the disguise of an IPv4 address as an IPv6 one. */
function bytesOf(address: string): number[] {
  const plain = address.toLowerCase().startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
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

/** Hexadecimal digits as the kernel prints them: each word of 32 bits as the machine has it in memory. */
function hexOf(bytes: readonly number[], littleEndian: boolean): string {
  let hex = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    if (littleEndian) word.reverse();
    for (const byte of word) hex += byte.toString(16).padStart(2, '0');
  }
  return hex.toUpperCase();
}

const V4_IN_V6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** How the client's socket may be written in either table: a socket for IPv6 can talk IPv4. */
function spellings(ends: Ends, littleEndian: boolean): string[] {
  const remote = bytesOf(ends.remoteAddress);
  const local = bytesOf(ends.localAddress);
  const port = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0');
  const pair = (prefix: readonly number[]): string => {
    const [from, to] = [remote, local].map((bytes) => hexOf([...prefix, ...bytes], littleEndian));
    return ` ${from}:${port(ends.remotePort)} ${to}:${port(ends.localPort)} `;
  };
  return remote.length === V6_BYTES ? [pair([])] : [pair([]), pair(V4_IN_V6)];
}

/** What stands behind the two addresses: state, queues, timer, retransmits, and then uid, timeout and inode. */
const OWNER = /^\S+ +\S+ +\S+ +\S+ +(\d+) +\d+ +(\d+) /;

/** Looks for something in lines of a table; `undefined` when they do not have it. */
export type Search<T> = (lines: string) => T | undefined;

/**
 * Looks for the owner of the client's socket in lines of `/proc/net/tcp` or `/proc/net/tcp6`. Clients on other machines
 * are not in them.
 */
export function ownerSearch(ends: Ends, littleEndian: boolean): Search<Owner> {
  const spelled = spellings(ends, littleEndian);
  return (lines) => {
    for (const spelling of spelled) {
      const at = lines.indexOf(spelling);
      if (at < 0) continue;
      const end = lines.indexOf('\n', at);
      const match = OWNER.exec(lines.slice(at + spelling.length, end < 0 ? undefined : end));
      if (match === null) return undefined;
      const [, uid, inode] = match;
      // The kernel gives a closed socket to root. It has no inode, and nobody who could read an answer.
      return inode === '0' ? 'closed' : Number(uid);
    }
    return undefined;
  };
}

interface Waiting {
  readonly search: Search<Owner>;
  readonly resolve: (found: Owner | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** How a system says that it does not show its sockets at all, rather than not now. */
const NOT_SHOWN = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * Searches a table. The kernel takes milliseconds for all of it, so a pass ends when everything is found, and searches
 * that come during a pass share the next one, which begins after all of them. A search rejects when the table cannot be
 * read now; a table that is not shown does not hold anything.
 * @param read gives the table, piece by piece
 */
export function createTable(
  read: () => AsyncIterable<string>,
): (search: Search<Owner>) => Promise<Owner | undefined> {
  let waiting: Waiting[] = [];
  let running = false;

  const pass = async (): Promise<void> => {
    let left = waiting;
    waiting = [];
    let rest = '';
    try {
      for await (const piece of read()) {
        const end = (rest + piece).lastIndexOf('\n') + 1;
        const lines = (rest + piece).slice(0, end);
        rest = (rest + piece).slice(end);
        left = left.filter(({ search, resolve }) => {
          const found = search(lines);
          if (found !== undefined) resolve(found);
          return found === undefined;
        });
        if (left.length === 0) return;
      }
    } catch (error) {
      if (!NOT_SHOWN.has((error as NodeJS.ErrnoException).code ?? '')) {
        for (const { reject } of left) reject(error);
      }
    } finally {
      for (const { resolve } of left) resolve(undefined);
    }
  };
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) await pass();
    running = false;
  };

  return (search) =>
    new Promise((resolve, reject) => {
      waiting.push({ search, resolve, reject });
      // Never rejects: a pass does not.
      if (!running) void run();
    });
}

const PIECE_BYTES = 64 * 1024;

async function* piecesOf(path: string): AsyncGenerator<string, void, undefined> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.toString('latin1', 0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const TRY_AGAIN = 'Close some programs, then try again.';

/** Tells connections of this user from those of others. */
export interface PeerUserCheck {
  /**
   * Whether the client is this user or root, or can never be told. Looked up once for each connection, without blocking.
   * @throws ChatError when it cannot be told now
   */
  isOwn(socket: Socket): Promise<boolean>;
}

/** The check for this process's user. Where the system is not Linux, everybody counts as this user. */
export function createPeerUserCheck(): PeerUserCheck {
  const ownUid = process.platform === 'linux' ? process.getuid?.() : undefined;
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => createTable(() => piecesOf(path)));
  const verdicts = new WeakMap<Socket, Promise<boolean>>();

  const lookUp = async (socket: Socket): Promise<boolean> => {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (!remoteAddress || !remotePort || !localAddress || !localPort) return true;
    const ends = { remoteAddress, remotePort, localAddress, localPort };
    const search = ownerSearch(ends, endianness() === 'LE');
    for (const find of tables) {
      const owner = await find(search);
      if (owner !== undefined) return owner === ownUid || owner === 0;
    }
    return true;
  };

  return {
    isOwn(socket) {
      if (ownUid === undefined) return Promise.resolve(true);
      const known = verdicts.get(socket);
      if (known !== undefined) return known;
      const verdict = lookUp(socket).catch((cause: unknown) => {
        verdicts.delete(socket);
        throw new ChatError(
          'overloaded',
          `This machine does not tell whose the connection is. ${TRY_AGAIN}`,
          {
            cause,
          },
        );
      });
      verdicts.set(socket, verdict);
      return verdict;
    },
  };
}
