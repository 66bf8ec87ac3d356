/** The requests that clients send before they chat, at a constant rate of 1,000 per second. */
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs } from './processes.js';
import type { ServerProcess } from './serverProcess.js';

export interface DiscoveryTimes {
  readonly perSecond: number;
  /** Milliseconds from sending a request to the end of its response, by route. */
  readonly routes: Readonly<Record<string, readonly number[]>>;
  /** Whether the server had the same CLI processes before and after. */
  readonly sameProcesses: boolean;
  /** Processor time that they used during the measurement. */
  readonly cliCpuMs: number;
}

const PER_SECOND = 1000;
const SECONDS = 4;
/** The first requests are a warm-up and do not count. */
const WARM_UP_REQUESTS = 500;
const CONNECTIONS = 8;

const ROUTES: readonly (readonly [method: string, path: string, body: string])[] = [
  ['GET', '/api/tags', ''],
  ['POST', '/api/show', JSON.stringify({ model: 'claude-sonnet' })],
  ['GET', '/api/version', ''],
  ['GET', '/api/ps', ''],
];

export async function measureDiscovery(server: ServerProcess): Promise<DiscoveryTimes> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const routes: Record<string, number[]> = Object.fromEntries(ROUTES.map(([, path]) => [path, []]));
  const before = server.processes();
  const cpuBefore = sum(before.map(cpuMs));
  const total = PER_SECOND * SECONDS;
  const open: Promise<void>[] = [];
  const start = performance.now();
  while (open.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) * PER_SECOND) / 1000) + 1);
    while (open.length < due) {
      const number = open.length;
      const [method, path, body] = ROUTES[number % ROUTES.length]!;
      open.push(
        timeOf(agent, `${server.url}${path}`, method, body).then((time) => {
          if (number >= WARM_UP_REQUESTS) routes[path]!.push(time);
        }),
      );
    }
    await delay(1);
  }
  await Promise.all(open);
  agent.destroy();
  const after = server.processes();
  return {
    perSecond: PER_SECOND,
    routes,
    sameProcesses: before.join() === after.join(),
    cliCpuMs: sum(after.map(cpuMs)) - cpuBefore,
  };
}

function timeOf(agent: Agent, url: string, method: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const request = httpRequest(url, { agent, method }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - sentAt);
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    request.once('error', reject).end(body);
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
