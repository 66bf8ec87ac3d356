/** Builds Ollama from its Go module, in the version that the server reports, into the cache. */
import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OLLAMA_VERSION } from '../../../src/protocol/ollama/models.js';
import { cached } from '../programCache.js';
import { runTool, versionOf } from '../toolchain.js';

const MODULE = 'github.com/ollama/ollama';

/**
 * The path of `ollama` in the cache. Building it takes about three minutes.
 * @throws Error if there is no Go, or the module cannot be downloaded
 */
export async function builtOllama(): Promise<string> {
  return join(await cached('ollama', OLLAMA_VERSION, buildInto), 'ollama');
}

async function buildInto(folder: string): Promise<void> {
  await versionOf('go', ['version']);
  console.log(`      building ollama ${OLLAMA_VERSION} with Go`);
  const copy = await mkdtemp(join(tmpdir(), 'ollama-source-'));
  try {
    const options = { cwd: copy };
    const module = await runTool('go', ['mod', 'download', '-json', `${MODULE}@v${OLLAMA_VERSION}`], options);
    const { Dir: source } = JSON.parse(module) as { readonly Dir: string };
    // The files of the module cache are read-only, and the build writes beside them.
    await cp(source, copy, { recursive: true });
    for (const entry of await readdir(copy, { recursive: true, withFileTypes: true }))
      await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
    const flags = `-X ${MODULE}/version.Version=${OLLAMA_VERSION}`;
    const program = join(folder, process.platform === 'win32' ? 'ollama.exe' : 'ollama');
    await runTool('go', ['build', '-buildvcs=false', '-ldflags', flags, '-o', program, '.'], options);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
