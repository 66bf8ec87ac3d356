// npm run golden [-- FILE]: builds Ollama from its Go module, in the version that the server reports, and writes its replies
// to the requests of test/support/golden/requests.ts into the golden table. With FILE, uses that program of Ollama. Needs Go.
import { resolve } from 'node:path';
import { importBundled } from './bundle.mjs';
import { callerFolder, inRoot } from './paths.mjs';
import { install, runMain } from './setup.mjs';

const TABLE = inRoot('test/http/golden.json');

await runMain(async () => {
  await install();
  /** @type {typeof import('../test/support/golden/record.js')} */
  const { record, builtOllama } = await importBundled('test/support/golden/record.ts', 'golden');
  const [given] = process.argv.slice(2);
  const file = given === undefined ? await builtOllama() : resolve(callerFolder('golden'), given);
  const count = await record(file, TABLE);
  console.log(
    `${count} replies of ${file} are in ${TABLE}. See what changed with "git diff", then run "npm test -- http".`,
  );
});
