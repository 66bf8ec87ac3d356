/** Ollama's command line, built from its Go module into the cache. */
import { cp, chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../support/programCache.js';
import { runTool, versionOf } from '../support/toolchain.js';

export const OLLAMA_VERSION = '0.34.4';
const MODULE = 'github.com/ollama/ollama';

/**
 * The path of `ollama`. Building it takes about three minutes.
 * @throws Error if there is no Go, or the module cannot be downloaded
 */
export async function ollamaProgram(): Promise<string> {
  const given = process.env['OLLAMA_BINARY'];
  if (given !== undefined && given !== '') return given;
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
