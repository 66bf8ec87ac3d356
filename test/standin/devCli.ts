/** Where the dev dependency's own Claude CLI is. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The native binary of `@anthropic-ai/claude-code`. Its platform package comes first: without install scripts the main
 * package holds only a stub.
 * @throws Error when neither is installed
 */
export function devCli(): string {
  const require = createRequire(import.meta.url);
  const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
  const platform = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  const candidates = [
    [platform, name],
    [`${platform}-musl`, name],
    ['@anthropic-ai/claude-code', 'bin/claude.exe'],
  ] as const;
  for (const [module, file] of candidates) {
    const path = locate(require, module, file);
    if (path !== undefined) return path;
  }
  throw new Error('The Claude CLI of the dev dependencies is not installed. Run: npm ci');
}

function locate(require: NodeJS.Require, module: string, file: string): string | undefined {
  try {
    const path = join(dirname(require.resolve(`${module}/package.json`)), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
