/** The results of clients, for the table in docs/clients.md: `npm test -- --record` writes it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of the table. `scripts/clientTable.mjs` reads it. */
export interface ClientResult {
  readonly client: string;
  readonly version: string;
  /** The API that it uses. */
  readonly api: string;
  /** The titles of its tests, by their result. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

export interface RecordedClient {
  readonly client: string;
  readonly api: string;
  readonly version: () => string | Promise<string>;
}

/** In a `describe`: records the results of its tests when they have ended. */
export function recordResults({ client, api, version }: RecordedClient): void {
  after(async function () {
    const folder = process.env['CLIENT_RESULTS'];
    const tests = this.test?.parent?.tests ?? [];
    const titles = (state: string): string[] =>
      tests.filter((test) => (test.state ?? 'pending') === state).map(({ title }) => title);
    const [passed, failed, skipped] = [titles('passed'), titles('failed'), titles('pending')];
    if (folder === undefined || passed.length + failed.length === 0) return;
    mkdirSync(folder, { recursive: true });
    const result: ClientResult = { client, version: await version(), api, passed, failed, skipped };
    const name = `${client} ${api}`.replace(/[^a-zA-Z0-9]+/g, '-');
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result)}\n`);
  });
}
