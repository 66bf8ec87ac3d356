/** The requests that clients send before they chat, at a constant rate of 1,000 per second. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs } from './processes.js';
import type { ServerProcess } from './serverProcess.js';

export interface DiscoveryTimes {
  readonly perSecond: number;
  /** Milliseconds from sending a request to the end of its response, by route. */
  readonly routes: Readonly<Record<string, readonly number[]>>;
  /** The same for a server that answers with constants: what this program and the machine take at least. */
  readonly constant: readonly number[];
  /** Whether the server had the same CLI processes before and after. */
  readonly sameProcesses: boolean;
  /** Processor time that they used during the measurement. */
  readonly cliCpuMs: number;
}

const PER_SECOND = 1000;
const SECONDS = 2;
const TURNS = 3;
/** The first requests are a warm-up and do not count. */
const WARM_UP_REQUESTS = 500;
const CONNECTIONS = 8;

const ROUTES: readonly (readonly [method: string, path: string, body: string])[] = [
  ['GET', '/api/tags', ''],
  ['POST', '/api/show', JSON.stringify({ model: 'claude-sonnet' })],
  ['GET', '/api/version', ''],
  ['GET', '/api/ps', ''],
];

type Times = Record<string, number[]>;

/** The server and a server without any work take turns, so that both meet the same load of the machine. */
export async function measureDiscovery(server: ServerProcess): Promise<DiscoveryTimes> {
  const before = server.processes();
  const cpuBefore = sum(before.map(cpuMs));
  const constant = await startConstantServer(server.url);
  const routes: Times = Object.fromEntries(ROUTES.map(([, path]) => [path, []]));
  const constantTimes: Times = Object.fromEntries(ROUTES.map(([, path]) => [path, []]));
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      await sendRequests(server.url, routes);
      await sendRequests(constant.url, constantTimes);
    }
  } finally {
    constant.stop();
  }
  const after = server.processes();
  return {
    perSecond: PER_SECOND,
    routes,
    constant: Object.values(constantTimes).flat(),
    sameProcesses: before.join() === after.join(),
    cliCpuMs: sum(after.map(cpuMs)) - cpuBefore,
  };
}

/** Sends requests at the constant rate for some seconds, and adds their times. */
async function sendRequests(url: string, times: Times): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const total = PER_SECOND * SECONDS;
  const open: Promise<void>[] = [];
  const start = performance.now();
  while (open.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) * PER_SECOND) / 1000) + 1);
    while (open.length < due) {
      const number = open.length;
      const [method, path, body] = ROUTES[number % ROUTES.length]!;
      open.push(
        timeOf(agent, `${url}${path}`, method, body).then((time) => {
          if (number >= WARM_UP_REQUESTS) times[path]!.push(time);
        }),
      );
    }
    await delay(1);
  }
  await Promise.all(open);
  agent.destroy();
}

const CONSTANT_SERVER = `
  const { createServer } = require('node:http');
  const bodies = JSON.parse(process.argv[1]);
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(bodies[request.url]);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.once('disconnect', () => process.exit());
`;

/** Starts a server in a process of its own that answers with what the other server answers now, and does nothing else. */
async function startConstantServer(
  url: string,
): Promise<{ readonly url: string; readonly stop: () => void }> {
  const bodies: Record<string, string> = {};
  for (const [method, path, body] of ROUTES) {
    const response = await fetch(`${url}${path}`, { method, ...(body === '' ? {} : { body }) });
    bodies[path] = await response.text();
  }
  const child = spawn(process.execPath, ['-e', CONSTANT_SERVER, JSON.stringify(bodies)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, stop: () => child.disconnect() };
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
