/**
 * The canonical form of a conversation, made from a client's request or from the CLI's request to the API, so that the
 * two can be compared. It uses no code of the sources under test.
 */
import type { WireCall } from '../support/httpClient.js';
import { textOf, type ApiBlock, type ApiMessage, type MessagesBody } from '../standin/server.js';

/** A message in the history of an Ollama client. */
export interface WireMessage {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly tool_calls?: readonly (Omit<WireCall, 'id'> & { readonly id?: string })[];
  readonly tool_call_id?: string;
  readonly tool_name?: string;
}

export interface WireChat {
  readonly model: string;
  readonly system: string;
  readonly tools: readonly string[];
  readonly messages: readonly WireMessage[];
}

/** A part of a turn. Calls are numbered within the conversation; results refer to the number of their call. */
type Part =
  | { readonly text: string }
  | { readonly call: number; readonly name: string; readonly input: unknown }
  | { readonly resultOf: number; readonly content: string };

interface Turn {
  readonly role: string;
  readonly parts: Part[];
}

/** The CLI's own system blocks, which precede the client's system prompt. */
const PREAMBLE = [
  /^x-anthropic-billing-header: [^\n]*$/,
  /^You are a Claude agent, built on Anthropic's Claude Agent SDK\.$/,
];
/** The CLI's own system message about its environment. */
const ENVIRONMENT = /^# Environment\n[^]*\nToday's date is \d{4}-\d\d-\d\d\.$/;

/** The CLI's own prompt after a connection broke behind a complete part of an answer. */
const RESUME = /^Your response above was cut off mid-stream\. Resume directly from where it stops/;

/** The canonical form of a client's request. */
export function sentHistory(chat: WireChat): string {
  const turns: Turn[] = [];
  const open: { readonly number: number; readonly id: string | undefined }[] = [];
  let calls = 0;
  const add = (role: string, parts: readonly Part[]): void => {
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts: [...parts] });
  };
  for (const message of chat.messages) {
    const text = message.content === '' ? [] : [{ text: message.content }];
    if (message.role === 'tool') {
      const byId = open.findIndex(({ id }) => id !== undefined && id === message.tool_call_id);
      const [call] = open.splice(Math.max(byId, 0), 1);
      add('user', [{ resultOf: call?.number ?? -1, content: message.content }]);
      continue;
    }
    const made = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => {
      open.push({ number: calls, id });
      return { call: calls++, name, input };
    });
    add(message.role, [...text, ...made]);
  }
  return canonical(family(chat.model), chat.system, chat.tools, turns);
}

/**
 * The canonical form of a request to the API.
 * @param thinking the model's thinking, by the text of its answer; the CLI may send it back with the answer
 * @throws Error when the request contains anything that is neither the client's nor known to be the CLI's own
 */
export function arrivedHistory(body: MessagesBody, thinking: ReadonlyMap<string, string>): string {
  const turns: Turn[] = [];
  const numbers = new Map<string, number>();
  for (const message of body.messages) {
    if (message.role === 'system') refuseUnknown(message);
    else turns.push({ role: message.role, parts: partsOf(message, numbers, thinking) });
  }
  return canonical(
    family(body.model),
    systemOf(body),
    (body.tools ?? []).map(({ name }) => name),
    turns,
  );
}

/** Recognizes a request by which the CLI resumes a cut answer: the original request, and the text received so far. */
export function resumeRequest(
  body: MessagesBody,
): { readonly original: MessagesBody; readonly received: string } | undefined {
  const exchanged = body.messages.filter(({ role }) => role !== 'system');
  const [answer, resume] = exchanged.slice(-2);
  if (answer?.role !== 'assistant' || resume?.role !== 'user' || !RESUME.test(textOf(resume)))
    return undefined;
  const messages = body.messages.filter((message) => message !== answer && message !== resume);
  return { original: { ...body, messages }, received: textOf(answer) };
}

function partsOf(
  message: ApiMessage,
  numbers: Map<string, number>,
  thinking: ReadonlyMap<string, string>,
): Part[] {
  if (typeof message.content === 'string') return [{ text: message.content }];
  const texts = message.content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : []));
  return message.content.flatMap((block): Part[] => {
    switch (block.type) {
      case 'text':
        return [{ text: block.text ?? '' }];
      case 'tool_use': {
        const call = numbers.size;
        numbers.set(String(block['id']), call);
        return [{ call, name: String(block['name']), input: block['input'] }];
      }
      case 'tool_result': {
        const resultOf = numbers.get(String(block['tool_use_id'])) ?? -1;
        return [{ resultOf, content: resultText(block) }];
      }
      case 'thinking':
        if (texts.some((text) => thinking.get(text) === block['thinking'])) return [];
        throw new Error(`thinking that is not this answer's: ${JSON.stringify(block)}`);
      default:
        throw new Error(`a block of type ${block.type}`);
    }
  });
}

function resultText(block: ApiBlock): string {
  return typeof block['content'] === 'string' ? block['content'] : JSON.stringify(block['content']);
}

function systemOf(body: MessagesBody): string {
  const blocks = Array.isArray(body.system) ? (body.system as readonly ApiBlock[]) : [];
  const texts = blocks.map((block) => block.text ?? '');
  for (const pattern of PREAMBLE) {
    const text = texts.shift() ?? '';
    if (!pattern.test(text)) throw new Error(`instead of the CLI's own system block: ${text}`);
  }
  return texts.join('\n\n');
}

function refuseUnknown(message: ApiMessage): void {
  const texts =
    typeof message.content === 'string'
      ? [message.content]
      : message.content.map((block) => block.text ?? '');
  const unknown = texts.find((text) => !ENVIRONMENT.test(text));
  if (unknown !== undefined) throw new Error(`a system message that is not the CLI's own: ${unknown}`);
}

function family(model: string): string {
  return /^claude-([a-z]+)/.exec(model)?.[1] ?? model;
}

function canonical(model: string, system: string, tools: readonly string[], turns: readonly Turn[]): string {
  // The CLI sorts the results of a turn by their calls; the client's order does not matter, since each names its call.
  const order = (part: Part): number => ('resultOf' in part ? part.resultOf : Number.POSITIVE_INFINITY);
  const sorted = turns.map(({ role, parts }) => ({
    role,
    parts: parts.toSorted((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b))),
  }));
  return JSON.stringify({ model, system, tools: tools.toSorted(), turns: sorted });
}
