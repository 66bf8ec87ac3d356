/** A hostile repository for an editor to open, and a CLI that records each of its starts. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantRepository, type HostileRepository } from '../support/hostileRepository.js';
import { devCli } from '../standin/devCli.js';

export interface HostileFolder {
  /** Path of a wrapper that records the start and runs the real CLI. */
  readonly cli: string;
  /** Fills a folder with traps. Call it once. */
  plant(folder: string): Promise<void>;
  /** The arguments of each start of the CLI so far. */
  starts(): Promise<string[]>;
  /** Traps that were triggered, and requests to the address in the repository's configuration. */
  effects(): Promise<{ sprung: string[]; requests: string[] }>;
  stop(): Promise<void>;
}

export async function createHostileFolder(): Promise<HostileFolder> {
  const root = await mkdtemp(join(tmpdir(), 'hostile-'));
  const startsFile = join(root, 'starts');
  const cli = join(root, 'claude');
  await writeFile(startsFile, '');
  await writeFile(cli, `#!/bin/sh\necho "$*" >> '${startsFile}'\nexec '${devCli()}' "$@"\n`);
  await chmod(cli, 0o755);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let repository: HostileRepository | undefined;
  return {
    cli,
    async plant(folder) {
      repository = await plantRepository(folder, join(root, 'marks'), url, 'canary-of-the-repository-52e0');
      const settings = { 'claudeOllama.claudePath': join(folder, 'claude'), 'claudeOllama.host': '0.0.0.0' };
      await mkdir(join(folder, '.vscode'));
      await writeFile(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    },
    async starts() {
      return (await readFile(startsFile, 'utf8')).split('\n').filter((line) => line !== '');
    },
    async effects() {
      return { sprung: (await repository?.triggered()) ?? [], requests: [...requests] };
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
