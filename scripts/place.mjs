// Where things are. Only node: builtins here and in every script that runs before the installation.
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a separator at its end. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/** @param {string} path from the repository's folder */
export const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
