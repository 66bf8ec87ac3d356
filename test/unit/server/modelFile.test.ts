import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatError } from '../../../src/core/errors.js';
import { createModelFile } from '../../../src/server/modelFile.js';
import { storedModel } from '../../support/storedModels.js';

const FULL = storedModel({
  model: 'My-Copy:V1',
  system: 'Zeile 1\nZeile 2 \u2028 ✓',
  license: ['MIT'],
  parameters: { temperature: 0.2, stop: ['END'] },
  messages: [
    { role: 'user', content: 'Hello' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c', function: { name: 'f', arguments: { id: 1 } } }],
    },
    { role: 'tool', content: 'ok', tool_call_id: 'c' },
  ],
});

describe('the file of stored models', () => {
  let folder: string;
  let file: string;
  let warnings: string[];
  const open = (): ReturnType<typeof createModelFile> =>
    createModelFile(file, { warn: (line) => warnings.push(line) });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'models-'));
    file = join(folder, 'new', 'models.jsonl');
    warnings = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('returns what was saved', async () => {
    assert.deepEqual(await open().load(), []);
    await open().save([FULL, storedModel()]);
    assert.deepEqual(await open().load(), [FULL, storedModel()]);
    await open().save([storedModel()]);
    assert.deepEqual(await open().load(), [storedModel()]);
    assert.deepEqual(warnings, []);
  });

  it('keeps every digit of long integers', async () => {
    const id = '1234567890123456789';
    const { history, ...rest } = storedModel();
    const messages = [
      { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: { id: BigInt(id) } } }] },
    ];
    await open().save([{ ...rest, history, messages }]);
    assert.ok(readFileSync(file, 'utf8').includes(`"id":${id}`));
    const [loaded] = await open().load();
    assert.deepEqual(loaded?.messages, messages);
  });

  it('leaves no draft behind, and only the user can read it', async function () {
    await open().save([FULL]);
    assert.deepEqual(readdirSync(join(folder, 'new')), ['models.jsonl']);
    if (process.platform === 'win32') this.skip();
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is read without its damaged lines, which are kept when it is written again', async () => {
    await open().save([FULL, storedModel()]);
    const [format, first, second] = readFileSync(file, 'utf8').split('\n');
    const damaged = [format, first, '{"model":"x"', second, '{}', ''].join('\n');
    writeFileSync(file, damaged);
    const store = open();
    assert.deepEqual(await store.load(), [FULL, storedModel()]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /damaged.*line 3: unexpected EOF; line 5: /);
    await store.save([FULL]);
    assert.deepEqual(await open().load(), [FULL]);
    const kept = readdirSync(join(folder, 'new')).find((name) => name.includes('.damaged-'));
    assert.ok(kept !== undefined);
    assert.equal(readFileSync(join(folder, 'new', kept), 'utf8'), damaged);
    await store.save([]);
    assert.equal(readdirSync(join(folder, 'new')).length, 2);
  });

  it('is not used, and kept, if another version wrote it', async () => {
    await open().save([]);
    writeFileSync(file, '{"format":"claude-ollama-models","version":2}\n{}\n');
    const store = open();
    assert.deepEqual(await store.load(), []);
    assert.match(warnings[0]!, /format of this version/);
    await store.save([FULL]);
    assert.equal(readdirSync(join(folder, 'new')).length, 2);
  });

  it('rejects with a reason if it cannot be read or written', async () => {
    await open().save([]);
    file = join(folder, 'new');
    const isError = (thrown: unknown): boolean =>
      thrown instanceof ChatError && thrown.kind === 'internal' && thrown.message.includes(file);
    await assert.rejects(open().load(), isError);
    await assert.rejects(open().save([FULL]), isError);
  });

  it('refuses a model, and all models, that are too large', async () => {
    const large = (megabytes: number, name: string): typeof FULL =>
      storedModel({ model: `${name}:latest`, system: 'x'.repeat(megabytes * 1024 * 1024) });
    await assert.rejects(open().save([large(9, 'a')]), /"a:latest" has more than 8 MiB/);
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => large(7, name));
    await assert.rejects(open().save(many), /more than 32 MiB/);
    assert.deepEqual(await open().load(), []);
  });
});
