/** Stored models in a file: a line that names the format, then one JSON object for each model. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asChatError, badRequest, ChatError } from '../core/errors.js';
import { jsonText } from '../core/json.js';
import type { Logger } from '../core/log.js';
import type { StoredModel } from '../core/storedModel.js';
import { readStoredModel, storedModelJson } from '../protocol/ollama/storedModel.js';
import type { ModelStore } from './modelStore.js';

const FORMAT = '{"format":"claude-ollama-models","version":1}';
const ONLY_OWNER = 0o600;
/** A stored session with a few pictures is smaller. */
const MAX_MODEL_BYTES = 8 * 1024 * 1024;
const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MIB = 1024 * 1024;

/** What is wrong with a file, and which models could be read nevertheless. */
interface Contents {
  readonly models: readonly StoredModel[];
  readonly damage: readonly string[];
}

/** Yields between the models: one may have megabytes. */
function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function parse(text: string): Promise<Contents> {
  const [format = '', ...lines] = text.split('\n');
  if (text === '') return { models: [], damage: [] };
  if (format !== FORMAT) return { models: [], damage: ['it does not begin with the format of this version'] };
  const models: StoredModel[] = [];
  const damage: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    try {
      models.push(readStoredModel(line));
    } catch (error) {
      damage.push(`line ${index + 2}: ${asChatError(error).message}`);
    }
    await yieldToOthers();
  }
  return { models, damage };
}

/** @throws ChatError `badRequest` when a model or all of them are too large */
async function serialize(models: readonly StoredModel[]): Promise<Buffer[]> {
  const lines = [Buffer.from(`${FORMAT}\n`)];
  let size = 0;
  for (const model of models) {
    const line = Buffer.from(`${jsonText(storedModelJson(model))}\n`);
    size += line.length;
    if (line.length > MAX_MODEL_BYTES) {
      throw badRequest(
        `The model ${JSON.stringify(model.name)} has more than ${MAX_MODEL_BYTES / MIB} MiB. Leave out messages or images.`,
      );
    }
    if (size > MAX_FILE_BYTES) {
      throw badRequest(
        `All stored models together would have more than ${MAX_FILE_BYTES / MIB} MiB. Delete one first.`,
      );
    }
    lines.push(line);
    await yieldToOthers();
  }
  return lines;
}

/** Writes a draft first, so that the file is always complete. Only the user can read it: prompts are private. */
async function replaceFile(file: string, parts: readonly Buffer[]): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(draft, 'wx', ONLY_OWNER);
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function fileError(action: string, file: string, cause: unknown): ChatError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ChatError('internal', `The stored models cannot be ${action}: ${reason} (${file})`, { cause });
}

/**
 * Keeps models in a file. Damaged models are left out, and the log says so. Before a damaged file is replaced, it is renamed,
 * so that nothing is lost.
 */
export function createModelFile(file: string, log: Pick<Logger, 'warn'>): ModelStore {
  let isDamaged = false;
  return {
    async load() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return [];
        throw fileError('read', file, error);
      }
      const { models, damage } = await parse(text);
      isDamaged = damage.length > 0;
      if (isDamaged) {
        log.warn(`[models] ${file} is damaged, a part of it is not used: ${damage.join('; ')}`);
      }
      return models;
    },
    async save(models) {
      const parts = await serialize(models);
      try {
        if (isDamaged) {
          const kept = `${file}.damaged-${randomBytes(4).toString('hex')}`;
          await rename(file, kept);
          isDamaged = false;
          log.warn(`[models] kept the damaged file as ${kept}`);
        }
        await replaceFile(file, parts);
      } catch (error) {
        throw fileError('written', file, error);
      }
    },
  };
}
