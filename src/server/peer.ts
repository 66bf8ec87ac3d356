/**
 * Who is at the other end of a connection within this machine. The loopback is open to every user of it; on Linux the
 * kernel tells whose a socket is.
 */
import { readFile } from 'node:fs/promises';
import { isIPv4, type Socket } from 'node:net';
import { endianness } from 'node:os';

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

/** What stands behind the two addresses: state, queues, timer, retransmits, uid, timeout, inode. */
const UID_FIELD = 4;
const INODE_FIELD = 6;

/**
 * Whose the client's socket is.
 * @param table the text of `/proc/net/tcp` or `/proc/net/tcp6`
 * @returns `undefined` when the table does not have it, as with clients on other machines
 */
export function ownerOf(table: string, ends: Ends, littleEndian: boolean): Owner | undefined {
  for (const spelling of spellings(ends, littleEndian)) {
    const at = table.indexOf(spelling);
    if (at < 0) continue;
    const end = table.indexOf('\n', at);
    const fields = table.slice(at + spelling.length, end < 0 ? undefined : end).split(/ +/);
    const uid = Number(fields[UID_FIELD]);
    if (!Number.isInteger(uid)) return undefined;
    // The kernel gives a closed socket to root. It has no inode, and nobody who could read an answer.
    return fields[INODE_FIELD] === '0' ? 'closed' : uid;
  }
  return undefined;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Tells connections of this user from those of others. */
export interface PeerCheck {
  /**
   * Whether the client is this user or root, or cannot be told. Looked up once for each connection, without blocking.
   */
  isOwn(socket: Socket): Promise<boolean>;
}

async function lookUp(socket: Socket, ownUid: number): Promise<boolean> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return true;
  const ends = { remoteAddress, remotePort, localAddress, localPort };
  for (const path of TABLES) {
    // A system that does not show its sockets tells nothing about them.
    const table = await readFile(path, 'latin1').catch(() => '');
    const owner = ownerOf(table, ends, endianness() === 'LE');
    if (owner !== undefined) return owner === ownUid || owner === 0;
  }
  return true;
}

/** The check for this process's user. Where the system is not Linux, everybody counts as this user. */
export function createPeerCheck(): PeerCheck {
  const ownUid = process.platform === 'linux' ? process.getuid?.() : undefined;
  const verdicts = new WeakMap<Socket, Promise<boolean>>();
  return {
    isOwn(socket) {
      if (ownUid === undefined) return Promise.resolve(true);
      const known = verdicts.get(socket);
      if (known !== undefined) return known;
      const verdict = lookUp(socket, ownUid);
      verdicts.set(socket, verdict);
      return verdict;
    },
  };
}
