/** Makes the golden table: sends its requests to a real Ollama in front of this server. `npm run golden` bundles this module. */
import { writeFileSync } from 'node:fs';
import { startRig, stopRigs } from '../endpointRig.js';
import { HAIKU, SONNET } from '../fakeBackend.js';
import { startOllama } from './ollama.js';
import { registerModel, send } from './remoteModel.js';
import { type GoldenReply, goldenReply } from './replies.js';
import { REQUESTS } from './requests.js';

export { builtOllama } from './ollamaBuild.js';

export interface GoldenTable {
  /** Of the real Ollama. */
  readonly version: string;
  /** By the titles of the requests. */
  readonly replies: Readonly<Record<string, GoldenReply>>;
}

/**
 * Sends every request to a real Ollama and writes its replies as JSON.
 * @param file the program of Ollama
 * @returns the number of requests
 */
export async function record(file: string, output: string): Promise<number> {
  const rig = await startRig();
  const ollama = await startOllama(file);
  try {
    const { version } = JSON.parse((await send(ollama.url, { path: '/api/version' })).body) as GoldenTable;
    const replies: Record<string, GoldenReply> = {};
    for (const { value, thinking, contextLength } of [HAIKU, SONNET]) {
      const capabilities = ['completion', 'tools', 'vision', ...(thinking ? ['thinking'] : [])];
      await registerModel(ollama.url, {
        name: `claude-${value}`,
        remoteHost: rig.url,
        capabilities,
        contextLength,
      });
    }
    const usual = rig.backend.script;
    for (const { title, script = usual, ...asked } of REQUESTS) {
      rig.backend.script = script;
      replies[title] = goldenReply(await send(ollama.url, asked));
    }
    const table: GoldenTable = { version, replies };
    writeFileSync(output, `${JSON.stringify(table, null, 2)}\n`);
    return REQUESTS.length;
  } finally {
    await ollama.stop();
    await stopRigs();
  }
}
