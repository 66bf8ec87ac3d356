/** How `/api/show` describes what a client stored, also as a Modelfile. */
import type { ConversationEntry } from '../../core/conversationEntry.js';
import { isJsonArray, type Json, type JsonObject, withNumbers } from '../../core/json.js';
import type { StoredModel } from '../../core/storedModel.js';

/** A message in `/api/show`: its role and its text. */
export type ShownMessage = { readonly role: string; readonly content: string };

/** The messages of a stored model, as `/api/show` has them. */
export function shownMessages(history: readonly ConversationEntry[]): ShownMessage[] {
  return history.map((entry) => ({
    role: entry.role === 'result' ? 'tool' : entry.role,
    content: entry.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
  }));
}

/** Numbers as Go's decoder would read them, without exponents: Ollama's own program refuses an integer in the form `1e+06`. */
function valueText(value: Json): string {
  const plain = withNumbers(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

/** Name and value of each parameter; a list has one of each for every element. */
function parameterPairs(parameters: JsonObject): [string, Json][] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    isJsonArray(value)
      ? value.map((element): [string, Json] => [name, element])
      : [[name, value] as [string, Json]],
  );
}

/** The column at which Ollama begins the values of parameters. */
const VALUE_COLUMN = 30;

/** `parameters` of `/api/show`: one line for each value. */
export function parametersText(parameters: JsonObject): string {
  return parameterPairs(parameters)
    .map(([name, value]) => `${name.padEnd(VALUE_COLUMN)} ${JSON.stringify(withNumbers(value))}`)
    .join('\n');
}

/** The argument of a line of a Modelfile, in quotes where `ollama create` needs them (`unquote` in parser/parser.go). */
function quoted(text: string): string {
  if (!/[\n\r]|^\s|\s$|^"/.test(text)) return text;
  return text.includes('"') ? `"""${text}"""` : `"${text}"`;
}

/** The roles that `ollama create` takes. */
const MODELFILE_ROLES = new Set(['system', 'user', 'assistant']);

function messageLines(history: readonly ConversationEntry[]): string[] {
  const kept = shownMessages(history).filter(
    ({ role, content }) => MODELFILE_ROLES.has(role) && content !== '',
  );
  const lines = kept.map(({ role, content }) => `MESSAGE ${role} ${quoted(content)}`);
  const isComplete = history.every(
    (entry) =>
      entry.role !== 'result' &&
      (entry.role !== 'assistant' || entry.calls.length === 0) &&
      entry.content.every(({ type }) => type === 'text'),
  );
  return isComplete
    ? lines
    : ['# Images, tool calls and their results are left out: a Modelfile holds only text.', ...lines];
}

/** What a Modelfile describes. */
export interface ModelfileContent extends Pick<StoredModel, 'system' | 'license' | 'parameters' | 'history'> {
  /** The first comment. */
  readonly title: string;
  readonly from: string;
}

/** A Modelfile from which `ollama create` makes the same model. */
export function modelfile({ title, from, system, license, parameters, history }: ModelfileContent): string {
  return [
    `# ${title}`,
    `FROM ${from}`,
    ...(system === '' ? [] : [`SYSTEM ${quoted(system)}`]),
    ...parameterPairs(parameters).map(([name, value]) => `PARAMETER ${name} ${quoted(valueText(value))}`),
    ...license.map((text) => `LICENSE ${quoted(text)}`),
    ...messageLines(history),
    '',
  ].join('\n');
}
