/** Requests that are made to keep the server busy. Other clients are answered meanwhile. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { type Headless, startHeadless } from '../support/headless.js';
import { type StallProbe, startStallProbe } from '../support/stallProbe.js';
import { textReply } from '../standin/server.js';
import { manyMessages, plainBody, STALL_CASES, type StallCase } from './stallCases.js';

/** A stall may be so many times as long as the stalls of ordinary requests of the same size. */
const FACTOR = 3;
/** What a garbage collection or another process on the machine adds to one measurement. */
const SLACK_MS = 50;
/** The shortest of so many measurements counts: whatever else the machine does only makes them longer. */
const ATTEMPTS = 3;

function post(url: string, body: string | Buffer, encoding?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-length': Buffer.byteLength(body),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    };
    const sent = httpRequest(url, { method: 'POST', headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('other clients of the server', function () {
  this.timeout(120_000);
  let headless: Headless;
  let probe: StallProbe;
  /** The stall of the ordinary request with most values. */
  let valuesMs = Number.POSITIVE_INFINITY;

  before(async () => {
    headless = await startHeadless({
      args: ['--unknown-models', 'reject'],
      respond: () => textReply('ok'),
    });
    probe = startStallProbe(headless.url);
    const body = manyMessages();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stall = await probe.during(() => post(`${headless.url}/v1/chat/completions`, body));
      valuesMs = Math.min(valuesMs, stall);
    }
  });
  after(async () => {
    await probe.stop();
    await headless.stop({ lenient: true });
  });

  async function stallOf({ path, encoding, status }: StallCase, body: string | Buffer): Promise<number> {
    return probe.during(async () => {
      assert.equal(await post(headless.url + path, body, encoding), status);
    });
  }

  async function plainStall(path: string, bytes: number): Promise<number> {
    const body = plainBody(path, bytes);
    return probe.during(async () => assert.equal(await post(headless.url + path, body), 404));
  }

  for (const stallCase of STALL_CASES) {
    const { what, path } = stallCase;
    it(`wait no longer than for an ordinary request while it reads ${what} at ${path}`, async () => {
      const body = stallCase.body();
      let stallMs = Number.POSITIVE_INFINITY;
      let plainMs = 0;
      const limit = (): number => FACTOR * (plainMs + valuesMs) + SLACK_MS;
      for (let attempt = 0; attempt < ATTEMPTS && !(stallMs <= limit()); attempt += 1) {
        plainMs = Math.max(plainMs, await plainStall(path, Buffer.byteLength(body)));
        stallMs = Math.min(stallMs, await stallOf(stallCase, body));
      }
      const figures = `${stallMs.toFixed(0)} ms; ordinary: ${plainMs.toFixed(0)} ms for the bytes, ${valuesMs.toFixed(0)} ms for the values`;
      console.log(`        ${figures}`);
      assert.ok(stallMs <= limit(), figures);
    });
  }
});
