// What the client programs in JavaScript share. See test/support/clientSuite.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const input = JSON.parse(readFileSync(0, 'utf8'));
/** The folder that holds node_modules. */
const folder = process.argv[2] ?? '';
const { resolve } = createRequire(join(folder, 'package.json'));

/**
 * Imports a package of that folder.
 * @param {string} name
 * @returns {Promise<any>}
 */
export const load = (name) => import(pathToFileURL(resolve(name)).href);

/** @param {object} line */
const write = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/**
 * Runs the wanted features, and prints what each one returns.
 * @param {string} name the package's name
 * @param {Readonly<Record<string, () => Promise<object>>>} features
 */
export async function run(name, features) {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  write({ version: JSON.parse(readFileSync(manifest, 'utf8')).version });
  for (const feature of input.features) {
    try {
      const action = features[feature];
      if (action === undefined) throw new Error('the program has no such feature');
      write({ feature, observed: await action() });
    } catch (error) {
      write({ feature, failure: error instanceof Error ? error.stack : String(error) });
    }
  }
}

/**
 * The error of an action as {status, message}; no error is a failure of the test.
 * @param {() => Promise<unknown>} action
 */
export async function errorOf(action) {
  try {
    await action();
    return {};
  } catch (error) {
    const { status, message } = /** @type {{ status?: number, message: string }} */ (error);
    return { error: { message, ...(typeof status === 'number' ? { status } : {}) } };
  }
}
