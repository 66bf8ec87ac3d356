/** What clients of all kinds ask of the port in a day, each with a look at the answer. */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json.js';
import { errorReply, textReply, toolReply, type Reply as ModelReply } from '../standin/server.js';
import { textOf as apiText, type StandInRequest } from '../standin/request.js';
import { ask, chatOf, firstText, openChat, textOf, type Reply } from '../support/httpClient.js';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TOOL = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: {} } };
const MODEL = 'claude-sonnet';

/** What the model says to the words of an errand, which are marked so that no other can get them. */
export function errandReply(request: StandInRequest): ModelReply {
  const last = request.body.messages.findLast(({ role }) => role === 'user');
  const said = last === undefined ? '' : apiText(last);
  const [, number = '', kind = ''] = /errand (\d+) (\w+)/.exec(said) ?? [];
  if (kind === 'leave') return textReply([answerTo(number), new Promise<never>(() => undefined)]);
  if (kind === 'refuse') return errorReply(400, `no to ${number}`);
  const calls = kind === 'tool' && request.body.tools?.some(({ name }) => name === 'look') === true;
  if (calls) return toolReply({ id: `toolu_${number}`, name: 'look', input: { at: number } });
  const answered = number === '' ? 'looked' : answerTo(number);
  return textReply(answered);
}

function answerTo(number: number | string): string {
  return `answer ${number}`;
}

/** Waits until the next request may be sent. */
export type Pace = () => Promise<void>;
/** One errand, of one request or of several. @throws Error when an answer is not the right one */
export type Errand = (url: string, number: number, pace: Pace) => Promise<void>;

function words(number: number, kind: string): string {
  return `errand ${number} ${kind}`;
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

const talk: Errand = async (url, number, pace) => {
  const messages: object[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await pace();
    messages.push({ role: 'user', content: `${words(number, 'talk')}, turn ${turn}` });
    const content = await chat(url, messages);
    assert.equal(content, answerTo(number));
    messages.push({ role: 'assistant', content });
  }
};

const editedHistory: Errand = async (url, number, pace) => {
  await pace();
  const content = await chat(url, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'something that was never asked' },
    { role: 'assistant', content: 'something that was never said' },
    { role: 'user', content: words(number, 'edited') },
  ]);
  assert.equal(content, answerTo(number));
};

const toolRound: Errand = async (url, number, pace) => {
  await pace();
  const question = { role: 'user', content: words(number, 'tool') };
  const stream = await openChat(url, { model: MODEL, messages: [question], tools: [TOOL] });
  const calls = (await stream.rest()).flatMap((line) => line.message?.tool_calls ?? []);
  const [call, ...more] = calls.map(({ function: { name, arguments: input } }) => [name, input]);
  assert.deepEqual([call, more], [['look', { at: String(number) }], []]);
  await pace();
  const turn = { role: 'assistant', content: '', tool_calls: calls };
  const result = { role: 'tool', tool_name: 'look', content: 'a garden' };
  assert.equal(await chat(url, [question, turn, result], { tools: [TOOL] }), 'looked');
};

const image: Errand = async (url, number, pace) => {
  await pace();
  const message = { role: 'user', content: words(number, 'image'), images: [PNG] };
  assert.equal(await chat(url, [message]), answerTo(number));
};

const generate: Errand = async (url, number, pace) => {
  await pace();
  const body = { model: MODEL, prompt: words(number, 'generate'), stream: false };
  const { response, done } = await post(url, '/api/generate', body);
  assert.deepEqual([response, done], [answerTo(number), true]);
};

const openai: Errand = async (url, number, pace) => {
  await pace();
  const messages = [{ role: 'user', content: words(number, 'openai') }];
  const { choices } = await post(url, '/v1/chat/completions', { model: MODEL, messages });
  const [choice] = choices as unknown as readonly { message: { content: string } }[];
  assert.equal(choice?.message.content, answerTo(number));
};

const responses: Errand = async (url, number, pace) => {
  await pace();
  const answer = await post(url, '/v1/responses', { model: MODEL, input: words(number, 'responses') });
  assert.match(JSON.stringify(answer['output']), new RegExp(`"${answerTo(number)}"`));
};

const anthropic: Errand = async (url, number, pace) => {
  await pace();
  const messages = [{ role: 'user', content: words(number, 'anthropic') }];
  const { content } = await post(url, '/v1/messages', { model: MODEL, max_tokens: 1000, messages });
  const [block] = content as unknown as readonly { text: string }[];
  assert.equal(block?.text, answerTo(number));
};

const leave: Errand = async (url, number, pace) => {
  await pace();
  const stream = await openChat(url, chatOf(words(number, 'leave')));
  assert.equal(await firstText(stream), answerTo(number));
  stream.leave();
};

/** With its status, unless the machine is so slow that a sign of life came before it. */
const refusedByTheModel: Errand = async (url, number, pace) => {
  await pace();
  const reply = await ask(url, { path: '/api/chat', body: chatOf(words(number, 'refuse')) });
  assert.match(reply.body, new RegExp(`\\{"error":"[^"]*no to ${number}"\\}\\s*$`));
  if (reply.status === 200) assert.match(reply.body, /^\{[^\n]*"content":""\},"done":false\}\n/);
  else assert.equal(reply.status, 400);
};

const mistakes: Errand = async (url, _number, pace) => {
  const refusals: readonly [number, Parameters<typeof ask>[1]][] = [
    [400, { path: '/api/chat', body: '{"model":' }],
    [404, { path: '/api/nothing' }],
    [403, { path: '/api/tags', headers: { origin: 'https://evil.example' } }],
  ];
  for (const [status, asked] of refusals) {
    await pace();
    assert.equal((await ask(url, asked)).status, status);
  }
};

const discovery: Errand = async (url, _number, pace) => {
  const questions: readonly Parameters<typeof ask>[1][] = [
    { path: '/api/version' },
    { path: '/api/tags' },
    { path: '/api/ps' },
    { path: '/api/show', body: { model: MODEL } },
  ];
  for (const question of questions) {
    await pace();
    const reply: Reply = await ask(url, question);
    assert.equal(reply.status, 200, reply.body);
  }
};

/** In the order in which they are run, over and over. */
export const ERRANDS: readonly Errand[] = [
  talk,
  discovery,
  openai,
  toolRound,
  anthropic,
  discovery,
  leave,
  generate,
  editedHistory,
  mistakes,
  responses,
  image,
  refusedByTheModel,
];
