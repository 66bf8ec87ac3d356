/** Ollama's package `api` for Go. */
import { join } from 'node:path';
import { describeClient } from '../support/clientSuite/describeClient.js';
import { CHAT_FEATURES } from '../support/clientSuite/features.js';
import { cacheFolder } from '../support/programCache.js';
import { runTool, testFile, versionOf } from '../support/toolchain.js';

const PROGRAM = 'ollamaapi';

const file = join(cacheFolder('go'), process.platform === 'win32' ? `${PROGRAM}.exe` : PROGRAM);
const options = { cwd: testFile('go/clients') };

describeClient({
  client: 'ollama/api (Go)',
  api: 'Ollama',
  features: ['models', ...CHAT_FEATURES, 'thinking', 'embeddings'],
  async prepare() {
    await versionOf('go', ['version']);
    await runTool('go', ['mod', 'download'], options);
    return { file, args: [] };
  },
  async build() {
    await runTool('go', ['build', '-o', file, `./${PROGRAM}`], options);
  },
});
