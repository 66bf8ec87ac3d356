/** A real Ollama, built from its Go module by `npm run golden`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OLLAMA_VERSION } from '../../../src/protocol/ollama/models.js';
import { freePort } from '../ports.mjs';
import { cacheFolder } from '../programCache.js';

const START_MS = 30_000;

/** Where `npm run golden` puts the program: outside the repository, one folder for each version. */
function ollamaCache(): string {
  return join(cacheFolder('ollama'), OLLAMA_VERSION);
}

/** The program: `OLLAMA_BINARY`, or what `npm run golden` has built; `undefined` if there is none. */
export function findOllama(): string | undefined {
  const file = process.env['OLLAMA_BINARY'] || join(ollamaCache(), 'ollama');
  return existsSync(file) ? file : undefined;
}

export interface RunningOllama {
  readonly url: string;
  /** Runs the program with these arguments as a client of this server. @returns what it printed */
  run(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts `ollama serve` with an empty home. It accepts models of other servers on this machine. */
export async function startOllama(file: string): Promise<RunningOllama> {
  const home = await mkdtemp(join(tmpdir(), 'ollama-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    OLLAMA_HOST: url,
    OLLAMA_MODELS: join(home, 'models'),
    OLLAMA_REMOTES: '127.0.0.1',
  };
  const server = spawn(file, ['serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(server, 'close');
  let log = '';
  const listening = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${file} does not listen:\n${log}`)), START_MS);
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      if (!log.includes('Listening on')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await closed;
    await rm(home, { recursive: true, force: true });
  };
  try {
    await Promise.race([listening, closed.then(() => Promise.reject(new Error(`${file} ended:\n${log}`)))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    stop,
    async run(...args) {
      const client = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      const read = (text: string): void => void (printed += text);
      client.stdout.setEncoding('utf8').on('data', read);
      client.stderr.setEncoding('utf8').on('data', read);
      const [code] = (await once(client, 'close')) as [number | null];
      if (code !== 0) throw new Error(`ollama ${args.join(' ')} ended with ${code}:\n${printed}`);
      return printed;
    },
  };
}
