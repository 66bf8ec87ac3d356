/** What is compared of a reply, without the parts that differ from run to run. */
import { isJsonArray, isJsonObject, type Json } from '../../../src/core/json.js';

/** A reply as the golden table holds it. */
export interface GoldenReply {
  readonly status: number;
  readonly contentType?: string;
  readonly allow?: string;
  readonly location?: string;
  /** Text; JSON values where the body is JSON, lines of JSON or server-sent events of JSON. */
  readonly body: Json;
}

/** Times and durations. */
const TIMES = new Set([
  'created_at',
  'modified_at',
  'expires_at',
  'created',
  'completed_at',
  'total_duration',
  'load_duration',
  'prompt_eval_duration',
  'eval_duration',
]);
/** Ids that each reply makes anew. */
const IDS = new Set(['id', 'request_id', 'item_id', 'call_id']);
/** Names of a model that another server has: the real Ollama gets its answers from one, and says so. */
const REMOTE = new Set(['remote_model', 'remote_host']);
/** Files, which Claude's models do not have (C-30). */
const OF_FILES = new Set([
  'digest',
  'size',
  'details',
  'model_info',
  'license',
  'modelfile',
  'template',
  'parameters',
]);

/** Lists of models. Ollama sorts them by time, in seconds. */
const LISTS = new Set(['models', 'data']);

const nameOf = (value: Json): string =>
  JSON.stringify(isJsonObject(value) ? [value['name'], value['id']] : value);

function normalized(value: Json): Json {
  if (isJsonArray(value)) return value.map(normalized);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !REMOTE.has(key))
      .map(([key, nested]): [string, Json] => {
        if (TIMES.has(key) && nested !== null) return [key, '<time>'];
        if (OF_FILES.has(key)) return [key, '<of files>'];
        if (LISTS.has(key) && isJsonArray(nested)) {
          return [key, nested.map(normalized).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))];
        }
        if (IDS.has(key) && typeof nested === 'string')
          return [key, nested.replace(/[-_][0-9a-f_-]+$/i, '-<id>')];
        return [key, normalized(nested)];
      }),
  );
}

function parsed(text: string): Json {
  try {
    return normalized(JSON.parse(text) as Json);
  } catch {
    return text;
  }
}

function bodyOf(contentType: string, text: string): Json {
  if (contentType.includes('ndjson')) return text.split('\n').filter(Boolean).map(parsed);
  if (!contentType.includes('event-stream')) return parsed(text);
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => (line.startsWith('data: ') ? parsed(line.slice('data: '.length)) : line));
}

export interface SentReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export function goldenReply({ status, headers, body }: SentReply): GoldenReply {
  const header = (name: string): string | undefined => headers[name]?.toString();
  // Ollama names the charset on its own routes only.
  const contentType = header('content-type')?.replace('; charset=utf-8', '');
  const allow = header('allow');
  const location = header('location');
  return {
    status,
    ...(contentType === undefined ? {} : { contentType }),
    ...(allow === undefined ? {} : { allow }),
    ...(location === undefined ? {} : { location }),
    body: bodyOf(contentType ?? '', body),
  };
}
