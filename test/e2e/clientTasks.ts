/** The requests of a day from clients of all kinds, each with a check of the answer. */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json.js';
import { errorReply, textReply, toolReply, type Reply as ModelReply } from '../standin/server.js';
import { textOf as apiText, type StandInRequest } from '../standin/request.js';
import { ask, chatOf, firstText, openChat, textOf, type Reply } from '../support/httpClient.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TOOL = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: {} } };
const MODEL = 'claude-sonnet';

/** The model's reply to a task. Each prompt names its task, so that no other task can receive the reply unnoticed. */
export function taskReply(request: StandInRequest): ModelReply {
  const last = request.body.messages.findLast(({ role }) => role === 'user');
  const prompt = last === undefined ? '' : apiText(last);
  const [, number = '', kind = ''] = /task (\d+) (\w+)/.exec(prompt) ?? [];
  if (kind === 'abort') return textReply([answerTo(number), new Promise<never>(() => undefined)]);
  if (kind === 'refuse') return errorReply(400, `no to ${number}`);
  const callsTool = kind === 'tool' && request.body.tools?.some(({ name }) => name === 'look') === true;
  if (callsTool) return toolReply({ id: `toolu_${number}`, name: 'look', input: { at: number } });
  return textReply(number === '' ? 'looked' : answerTo(number));
}

function answerTo(number: number | string): string {
  return `answer ${number}`;
}

/** Waits until the next request may be sent. */
export type Pace = () => Promise<void>;
/** One request, or several that belong together. Rejects when an answer is wrong. */
export type ClientTask = (url: string, number: number, pace: Pace) => Promise<void>;

function promptOf(number: number, kind: string): string {
  return `task ${number} ${kind}`;
}

async function post(url: string, path: string, body: object): Promise<JsonObject> {
  const reply = await ask(url, { path, body });
  assert.equal(reply.status, 200, reply.body);
  return JSON.parse(reply.body) as JsonObject;
}

async function chat(url: string, messages: readonly object[], more: object = {}): Promise<string> {
  const stream = await openChat(url, { model: MODEL, messages, ...more });
  const lines = await stream.rest();
  assert.equal(lines.at(-1)?.done, true, JSON.stringify(lines.at(-1)));
  return textOf(lines);
}

const conversation: ClientTask = async (url, number, pace) => {
  const messages: object[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await pace();
    messages.push({ role: 'user', content: `${promptOf(number, 'conversation')}, turn ${turn}` });
    const content = await chat(url, messages);
    assert.equal(content, answerTo(number));
    messages.push({ role: 'assistant', content });
  }
};

const editedHistory: ClientTask = async (url, number, pace) => {
  await pace();
  const content = await chat(url, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'something that was never asked' },
    { role: 'assistant', content: 'something that was never said' },
    { role: 'user', content: promptOf(number, 'edited') },
  ]);
  assert.equal(content, answerTo(number));
};

const toolRound: ClientTask = async (url, number, pace) => {
  await pace();
  const question = { role: 'user', content: promptOf(number, 'tool') };
  const stream = await openChat(url, { model: MODEL, messages: [question], tools: [TOOL] });
  const calls = (await stream.rest()).flatMap((line) => line.message?.tool_calls ?? []);
  const [call, ...more] = calls.map(({ function: { name, arguments: input } }) => [name, input]);
  assert.deepEqual([call, more], [['look', { at: String(number) }], []]);
  await pace();
  const turn = { role: 'assistant', content: '', tool_calls: calls };
  const result = { role: 'tool', tool_name: 'look', content: 'a garden' };
  assert.equal(await chat(url, [question, turn, result], { tools: [TOOL] }), 'looked');
};

const image: ClientTask = async (url, number, pace) => {
  await pace();
  const message = { role: 'user', content: promptOf(number, 'image'), images: [PNG] };
  assert.equal(await chat(url, [message]), answerTo(number));
};

const generate: ClientTask = async (url, number, pace) => {
  await pace();
  const body = { model: MODEL, prompt: promptOf(number, 'generate'), stream: false };
  const { response, done } = await post(url, '/api/generate', body);
  assert.deepEqual([response, done], [answerTo(number), true]);
};

const openai: ClientTask = async (url, number, pace) => {
  await pace();
  const messages = [{ role: 'user', content: promptOf(number, 'openai') }];
  const { choices } = await post(url, '/v1/chat/completions', { model: MODEL, messages });
  const [choice] = choices as unknown as readonly { message: { content: string } }[];
  assert.equal(choice?.message.content, answerTo(number));
};

const responses: ClientTask = async (url, number, pace) => {
  await pace();
  const answer = await post(url, '/v1/responses', { model: MODEL, input: promptOf(number, 'responses') });
  assert.match(JSON.stringify(answer['output']), new RegExp(`"${answerTo(number)}"`));
};

const anthropic: ClientTask = async (url, number, pace) => {
  await pace();
  const messages = [{ role: 'user', content: promptOf(number, 'anthropic') }];
  const { content } = await post(url, '/v1/messages', { model: MODEL, max_tokens: 1000, messages });
  const [block] = content as unknown as readonly { text: string }[];
  assert.equal(block?.text, answerTo(number));
};

const abort: ClientTask = async (url, number, pace) => {
  await pace();
  const stream = await openChat(url, chatOf(promptOf(number, 'abort')));
  assert.equal(await firstText(stream), answerTo(number));
  stream.disconnect();
};

/** The error has its own status, unless the machine is so slow that a heartbeat line was sent before it. */
const apiError: ClientTask = async (url, number, pace) => {
  await pace();
  const reply = await ask(url, { path: '/api/chat', body: chatOf(promptOf(number, 'refuse')) });
  assert.match(reply.body, new RegExp(`\\{"error":"[^"]*no to ${number}"\\}\\s*$`));
  if (reply.status === 200) assert.match(reply.body, /^\{[^\n]*"content":""\},"done":false\}\n/);
  else assert.equal(reply.status, 400);
};

const invalidRequests: ClientTask = async (url, _number, pace) => {
  const requests: readonly [number, Parameters<typeof ask>[1]][] = [
    [400, { path: '/api/chat', body: '{"model":' }],
    [404, { path: '/api/nothing' }],
    [403, { path: '/api/tags', headers: { origin: 'https://evil.example' } }],
  ];
  for (const [status, request] of requests) {
    await pace();
    assert.equal((await ask(url, request)).status, status);
  }
};

const discovery: ClientTask = async (url, _number, pace) => {
  const requests: readonly Parameters<typeof ask>[1][] = [
    { path: '/api/version' },
    { path: '/api/tags' },
    { path: '/api/ps' },
    { path: '/api/show', body: { model: MODEL } },
  ];
  for (const request of requests) {
    await pace();
    const reply: Reply = await ask(url, request);
    assert.equal(reply.status, 200, reply.body);
  }
};

/** The tasks in the order in which they run, repeatedly. */
export const CLIENT_TASKS: readonly ClientTask[] = [
  conversation,
  discovery,
  openai,
  toolRound,
  anthropic,
  discovery,
  abort,
  generate,
  editedHistory,
  invalidRequests,
  responses,
  image,
  apiError,
];
