/** Ollama's command line. */
import { builtOllama } from '../support/golden/ollamaBuild.js';

/**
 * The path of `ollama`: `OLLAMA_BINARY`, or what is built into the cache.
 * @throws Error if there is no Go, or the module cannot be downloaded
 */
export async function ollamaProgram(): Promise<string> {
  const given = process.env['OLLAMA_BINARY'];
  return given !== undefined && given !== '' ? given : builtOllama();
}
