import assert from 'node:assert/strict';
import {
  createTable,
  type Ends,
  type Owner,
  ownerSearch,
  type Search,
} from '../../../src/server/peerUser.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (pair: string, uid: number, inode: number, state = '01'): string =>
  `   7: ${pair} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 0000 20\n`;

const V4 = { client: '0100007F:D431', server: '0100007F:2CAA' };
const TABLE =
  HEAD +
  line('0100007F:2CAA 00000000:0000', 0, 11, '0A') +
  line(`${V4.server} ${V4.client}`, 1000, 12) +
  line(`${V4.client} ${V4.server}`, 65534, 13);

const ends = (remoteAddress: string, localAddress: string): Ends => ({
  remoteAddress,
  remotePort: 0xd431,
  localAddress,
  localPort: 0x2caa,
});

const ownerOf = (table: string, own: Ends, littleEndian: boolean): Owner | undefined =>
  ownerSearch(own, littleEndian)(table);

describe('the owner of a connection', () => {
  it('is who holds the client’s end, not ours', () => {
    assert.equal(ownerOf(TABLE, ends('127.0.0.1', '127.0.0.1'), true), 65534);
  });

  it('is found when the server’s end has the form of IPv6', () => {
    assert.equal(ownerOf(TABLE, ends('::ffff:127.0.0.1', '::ffff:127.0.0.1'), true), 65534);
  });

  it('is found when the client talks IPv4 over a socket for IPv6', () => {
    const mapped = (port: string): string => `0000000000000000FFFF00000100007F:${port}`;
    const table = HEAD + line(`${mapped('D431')} ${mapped('2CAA')}`, 1001, 9);
    assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), true), 1001);
  });

  it('is found for IPv6', () => {
    const one = '00000000000000000000000001000000';
    const table = HEAD + line(`${one}:D431 ${one}:2CAA`, 1002, 9);
    assert.equal(ownerOf(table, ends('::1', '::1'), true), 1002);
    const link =
      HEAD + line('000080FE00000000FF005450AB9E27FE:D431 000080FE000000000000000001000000:2CAA', 7, 9);
    assert.equal(ownerOf(link, ends('fe80::5054:ff:fe27:9eab%eth0', 'fe80::1'), true), 7);
  });

  it('is found on machines that put the high byte first', () => {
    const table = HEAD + line('7F000001:D431 7F000001:2CAA', 1003, 9);
    assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), false), 1003);
  });

  it('is nobody once the client has closed its socket, although the kernel then says root', () => {
    const table = HEAD + line(`${V4.client} ${V4.server}`, 0, 0, '05');
    assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), true), 'closed');
  });

  it('is unknown when the table does not say', () => {
    for (const table of ['', HEAD, TABLE.slice(0, TABLE.indexOf('65534')), 'nonsense']) {
      assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), true), undefined);
    }
    assert.equal(ownerOf(TABLE, ends('192.168.1.7', '192.168.1.5'), true), undefined);
  });
});

describe('a table', () => {
  /** Searches for a word that stands for a user. */
  const word =
    (text: string, owner: number): Search<Owner> =>
    (lines) =>
      lines.includes(text) ? owner : undefined;

  /** A table in pieces, each given out by hand. */
  function byHand() {
    const passes: { give(piece: string | undefined): void; closed: boolean }[] = [];
    const find = createTable(async function* () {
      const pieces: (string | undefined)[] = [];
      let wake = (): void => undefined;
      const own = {
        closed: false,
        give(piece: string | undefined) {
          pieces.push(piece);
          wake();
        },
      };
      passes.push(own);
      try {
        for (;;) {
          while (pieces.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const piece = pieces.shift();
          if (piece === undefined) return;
          yield piece;
        }
      } finally {
        own.closed = true;
      }
    });
    return { passes, find };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is read no further than to what is looked for', async () => {
    const { passes, find } = byHand();
    const found = find(word('cat', 1));
    await turn();
    passes[0]!.give('dog\nca');
    passes[0]!.give('t\nco');
    assert.equal(await found, 1);
    await turn();
    assert.ok(passes[0]!.closed);
  });

  it('is read anew for those who ask while it is read, once for all of them', async () => {
    const { passes, find } = byHand();
    const first = find(word('cat', 1));
    await turn();
    const others = [find(word('cat', 2)), find(word('dog', 3)), find(word('cow', 4))];
    passes[0]!.give('cat\ndog\ncow\n');
    assert.equal(await first, 1);
    await turn();
    assert.equal(passes.length, 2);
    passes[1]!.give('dog\ncat\n');
    passes[1]!.give(undefined);
    assert.deepEqual(await Promise.all(others), [2, 3, undefined]);
    const last = find(word('cow', 5));
    await turn();
    passes[2]!.give('cow\n');
    assert.equal(await last, 5);
  });

  /** Breaks in its first reading, behind a line. */
  function breaking(error: Error): ReturnType<typeof createTable> {
    let reads = 0;
    return createTable(async function* () {
      await turn();
      reads += 1;
      yield 'cat\n';
      if (reads === 1) throw error;
    });
  }

  it('that the system does not show holds nothing', async () => {
    const find = breaking(Object.assign(new Error('no'), { code: 'ENOENT' }));
    assert.deepEqual(await Promise.all([find(word('dog', 1)), find(word('cow', 2))]), [undefined, undefined]);
    assert.equal(await find(word('cat', 3)), 3);
  });

  it('that cannot be read now tells nobody anything, and does no harm to the next', async () => {
    const find = breaking(Object.assign(new Error('no files left'), { code: 'EMFILE' }));
    const [lost, next] = [find(word('dog', 1)), find(word('cow', 2))];
    await assert.rejects(lost, { code: 'EMFILE' });
    assert.equal(await next, undefined);
    assert.equal(await find(word('cat', 3)), 3);
  });
});
