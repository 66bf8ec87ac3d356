/**
 * The programs behind the `.cmd` files that package managers put on PATH on Windows. Starting such a file takes a shell, which
 * would parse the arguments again. Pure.
 */
import { win32 } from 'node:path';

const PACKAGE = '@anthropic-ai\\claude-code';
/** A quoted path in a shim of npm (`%dp0%`), or of pnpm or Yarn (`%~dp0`): below the shim's folder, or absolute. */
const TARGET = /"(?:%~?dp0%?[\\/]?|(?=[a-z]:[\\/]))([^"%]+)"/gi;

/**
 * The executables that may be behind a shim, the likeliest first.
 * @param shim its path; npm also makes files without a name ending, and with `.ps1`
 * @param text its content; `undefined` if it cannot be read
 */
export function shimTargets(shim: string, text: string | undefined): string[] {
  const folder = win32.dirname(shim);
  const named = [...(text ?? '').matchAll(TARGET)].map(([, path = '']) => win32.resolve(folder, path));
  const programs = named.flatMap((path) => {
    if (/[\\/]node\.exe$/i.test(path)) return [];
    if (/\.exe$/i.test(path)) return [path];
    // Earlier versions of the package start a script. The program is beside it.
    const end = path.toLowerCase().lastIndexOf(`${PACKAGE}\\`);
    return end < 0 ? [] : [win32.join(path.slice(0, end), PACKAGE, 'bin', 'claude.exe')];
  });
  const beside = win32.join(folder, 'node_modules', PACKAGE, 'bin', 'claude.exe');
  return [...new Set([...programs, beside])];
}
