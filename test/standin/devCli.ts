/** Locates the Claude CLI that the tests use. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The path of the native binary of `@anthropic-ai/claude-code`, the dev dependency. The platform package is preferred: the
 * main package contains only a stub unless its install scripts have run. The variable `CLAUDE_TEST_CLI` names another binary,
 * for tests with another version.
 * @throws Error if neither package is installed
 */
export function devCli(): string {
  const chosen = process.env['CLAUDE_TEST_CLI'] ?? '';
  if (chosen !== '') return chosen;
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
