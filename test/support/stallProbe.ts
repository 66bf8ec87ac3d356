/** Measures how long a server keeps its other clients waiting, by small requests from another thread. */
import { Worker } from 'node:worker_threads';

/** Asks for the version all the time, over one connection, and keeps the longest time that an answer took. */
const PROBE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Agent, request } = require('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let longest = 0;
  let taking = false;
  const ask = () => {
    const started = performance.now();
    const sent = request(workerData + '/api/version', { agent }, (response) => {
      response.resume().on('end', () => {
        longest = Math.max(longest, performance.now() - started);
        if (taking) {
          parentPort.postMessage(longest);
          longest = 0;
          taking = false;
        }
        setImmediate(ask);
      });
    });
    sent.on('error', (error) => { throw error; });
    sent.end();
  };
  parentPort.on('message', () => { taking = true; });
  ask();
`;

export interface StallProbe {
  /** The longest time, in milliseconds, that a small request took during the work. */
  during(work: () => Promise<unknown>): Promise<number>;
  stop(): Promise<void>;
}

/** @param url of a server that answers `GET /api/version` */
export function startStallProbe(url: string): StallProbe {
  const worker = new Worker(PROBE, { eval: true, workerData: url });
  /** The longest time since the last call, with that of a request that begins now at the earliest. */
  const take = (): Promise<number> =>
    new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (longest: number) => {
        worker.off('error', reject);
        resolve(longest);
      });
      worker.postMessage('take', []);
    });
  return {
    async during(work) {
      await take();
      await work();
      return take();
    },
    async stop() {
      await worker.terminate();
    },
  };
}
