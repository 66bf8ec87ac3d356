import assert from 'node:assert/strict';
import {
  type ConnectionEnds,
  createTableSearch,
  ownerSearch,
  type Search,
  type SocketOwner,
} from '../../../src/server/peerUser.js';

const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (pair: string, uid: number, inode: number, state = '01'): string =>
  `   7: ${pair} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 0000 20\n`;

const V4 = { client: '0100007F:D431', server: '0100007F:2CAA' };
const TABLE =
  HEADING +
  line('0100007F:2CAA 00000000:0000', 0, 11, '0A') +
  line(`${V4.server} ${V4.client}`, 1000, 12) +
  line(`${V4.client} ${V4.server}`, 65534, 13);

const ends = (remoteAddress: string, localAddress: string): ConnectionEnds => ({
  remoteAddress,
  remotePort: 0xd431,
  localAddress,
  localPort: 0x2caa,
});

const ownerOf = (table: string, connection: ConnectionEnds, littleEndian: boolean): SocketOwner | undefined =>
  ownerSearch(connection, littleEndian)(table);

describe('ownerSearch', () => {
  it('finds the owner of the client’s socket, not that of the server’s', () => {
    assert.equal(ownerOf(TABLE, ends('127.0.0.1', '127.0.0.1'), true), 65534);
  });

  it('finds the owner when the server’s address is an IPv4-mapped IPv6 address', () => {
    assert.equal(ownerOf(TABLE, ends('::ffff:127.0.0.1', '::ffff:127.0.0.1'), true), 65534);
  });

  it('finds the owner when the client uses IPv4 over an IPv6 socket', () => {
    const mapped = (port: string): string => `0000000000000000FFFF00000100007F:${port}`;
    const table = HEADING + line(`${mapped('D431')} ${mapped('2CAA')}`, 1001, 9);
    assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), true), 1001);
  });

  it('finds the owner of an IPv6 socket', () => {
    const one = '00000000000000000000000001000000';
    const table = HEADING + line(`${one}:D431 ${one}:2CAA`, 1002, 9);
    assert.equal(ownerOf(table, ends('::1', '::1'), true), 1002);
    const link =
      HEADING + line('000080FE00000000FF005450AB9E27FE:D431 000080FE000000000000000001000000:2CAA', 7, 9);
    assert.equal(ownerOf(link, ends('fe80::5054:ff:fe27:9eab%eth0', 'fe80::1'), true), 7);
  });

  it('finds the owner on big-endian machines', () => {
    const table = HEADING + line('7F000001:D431 7F000001:2CAA', 1003, 9);
    assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), false), 1003);
  });

  it('reports a closed socket, although the kernel lists it as root’s', () => {
    const table = HEADING + line(`${V4.client} ${V4.server}`, 0, 0, '05');
    assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), true), 'closed');
  });

  it('returns undefined when the table does not contain the socket', () => {
    for (const table of ['', HEADING, TABLE.slice(0, TABLE.indexOf('65534')), 'nonsense']) {
      assert.equal(ownerOf(table, ends('127.0.0.1', '127.0.0.1'), true), undefined);
    }
    assert.equal(ownerOf(TABLE, ends('192.168.1.7', '192.168.1.5'), true), undefined);
  });
});

describe('createTableSearch', () => {
  /** A search for a word that stands for a user. */
  const word =
    (text: string, owner: number): Search<SocketOwner> =>
    (lines) =>
      lines.includes(text) ? owner : undefined;

  /** A table whose chunks the test provides one by one. */
  function manualTable() {
    const passes: { give(chunk: string | undefined): void; closed: boolean }[] = [];
    const find = createTableSearch(async function* () {
      const chunks: (string | undefined)[] = [];
      let wake = (): void => undefined;
      const pass = {
        closed: false,
        give(chunk: string | undefined) {
          chunks.push(chunk);
          wake();
        },
      };
      passes.push(pass);
      try {
        for (;;) {
          while (chunks.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const chunk = chunks.shift();
          if (chunk === undefined) return;
          yield chunk;
        }
      } finally {
        pass.closed = true;
      }
    });
    return { passes, find };
  }
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('stops reading when the search has a result', async () => {
    const { passes, find } = manualTable();
    const found = find(word('cat', 1));
    await nextTurn();
    passes[0]!.give('dog\nca');
    passes[0]!.give('t\nco');
    assert.equal(await found, 1);
    await nextTurn();
    assert.ok(passes[0]!.closed);
  });

  it('reads the table again, only once, for all searches that start during a pass', async () => {
    const { passes, find } = manualTable();
    const first = find(word('cat', 1));
    await nextTurn();
    const others = [find(word('cat', 2)), find(word('dog', 3)), find(word('cow', 4))];
    passes[0]!.give('cat\ndog\ncow\n');
    assert.equal(await first, 1);
    await nextTurn();
    assert.equal(passes.length, 2);
    passes[1]!.give('dog\ncat\n');
    passes[1]!.give(undefined);
    assert.deepEqual(await Promise.all(others), [2, 3, undefined]);
    const last = find(word('cow', 5));
    await nextTurn();
    passes[2]!.give('cow\n');
    assert.equal(await last, 5);
  });

  /** A table whose first pass fails after a line. */
  function failingTable(error: Error): ReturnType<typeof createTableSearch> {
    let reads = 0;
    return createTableSearch(async function* () {
      await nextTurn();
      reads += 1;
      yield 'cat\n';
      if (reads === 1) throw error;
    });
  }

  it('treats a table that is not available as empty', async () => {
    const find = failingTable(Object.assign(new Error('no'), { code: 'ENOENT' }));
    assert.deepEqual(await Promise.all([find(word('dog', 1)), find(word('cow', 2))]), [undefined, undefined]);
    assert.equal(await find(word('cat', 3)), 3);
  });

  it('rejects the searches of a pass that fails temporarily, but not later ones', async () => {
    const find = failingTable(Object.assign(new Error('no files left'), { code: 'EMFILE' }));
    const [lost, next] = [find(word('dog', 1)), find(word('cow', 2))];
    await assert.rejects(lost, { code: 'EMFILE' });
    assert.equal(await next, undefined);
    assert.equal(await find(word('cat', 3)), 3);
  });
});
