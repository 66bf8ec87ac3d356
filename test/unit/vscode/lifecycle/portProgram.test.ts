import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  findPortProgram,
  listeningInodes,
  parseLsof,
  parseNameAndPid,
} from '../../../../src/vscode/lifecycle/portProgram.js';
import { freePort } from '../../../support/ports.mjs';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0 100 0 0 10 0
   1: 0100007F:2CAA 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 22222 1 0 100 0 0 10 0
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 33333 1 0 100 0 0 10 0
`;

describe('the program that has a port', () => {
  it('is found by name and process on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    const code = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      assert.deepEqual(await findPortProgram(Number(line)), { name: 'node', pid: child.pid });
    } finally {
      child.kill();
    }
  });

  it('is unknown for a port that is free', async () => {
    assert.equal(await findPortProgram(await freePort()), undefined);
  });

  it('is read from the sockets that listen, not from connections or other ports', () => {
    assert.deepEqual(listeningInodes(TABLE, 11434), ['12345']);
    assert.deepEqual(listeningInodes(TABLE, 11435), []);
  });

  it('is read from the output of lsof and of PowerShell', () => {
    assert.deepEqual(parseLsof('p4242\ncollama\nf3\n'), { name: 'ollama', pid: 4242 });
    assert.equal(parseLsof(''), undefined);
    assert.deepEqual(parseNameAndPid('4242 ollama app\r\n'), { name: 'ollama app', pid: 4242 });
    assert.equal(parseNameAndPid('Get-NetTCPConnection: not found'), undefined);
  });
});
