// Paths of the repository. This file, and every script that runs before the installation, imports only node: modules.
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a separator at its end. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * The absolute path of a file of the repository.
 * @param {string} path relative to the repository's folder
 */
export const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * The folder in which the user called an npm script. npm runs scripts in the repository's folder and passes the
 * original one in INIT_CWD. Without npm, it is the current folder.
 * @param {string} script the name of the npm script
 */
export function callerFolder(script) {
  return (process.env['npm_lifecycle_event'] === script && process.env['INIT_CWD']) || process.cwd();
}
