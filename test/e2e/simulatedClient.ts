/** A client that keeps its own history and sends all of it with each request. */
import assert from 'node:assert/strict';
import { ask, firstText, openChat, textOf, type Line, type WireCall } from '../support/httpClient.js';
import type { WireChat, WireMessage } from './history.js';
import { OUTCOMES } from './faults.js';
import type { PlannedReply, RequestTracker, TrackedRequest } from './requestTracker.js';
import type { Scenario, Step } from './scenario.js';

/** Runs an action with the URL of the server, while the server is running. */
export type WithServer = <T>(action: (url: string) => Promise<T>) => Promise<T>;

const TOOL = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: {} } };

interface Answer {
  readonly text: string;
  readonly calls: readonly WireCall[];
}

/**
 * Runs all steps of a scenario.
 * @param name part of its prompts, which makes them unique
 * @throws Error when an answer is not the planned one
 */
export async function runScenario(
  scenario: Scenario,
  name: string,
  tracker: RequestTracker,
  withServer: WithServer,
): Promise<void> {
  let { model, system } = scenario;
  let messages: WireMessage[] = [];
  let prompts = 0;
  const tools = scenario.tools ? ['look'] : [];

  /** A prompt that no other client sends. */
  const uniquePrompt = (): WireMessage => ({ role: 'user', content: `question ${++prompts} of ${name}` });

  function chatOf(more: readonly WireMessage[]): WireChat {
    return { model, system, tools, messages: [...messages, ...more] };
  }

  async function send(more: readonly WireMessage[], plan: PlannedReply): Promise<Answer> {
    const answer = await withServer((url) => complete(url, chatOf(more), plan, tracker));
    messages = [...messages, ...more, { role: 'assistant', content: answer.text }];
    return answer;
  }

  /** The positions of the user's messages. */
  const promptPositions = (): number[] =>
    messages.flatMap((message, index) => (message.role === 'user' ? [index] : []));

  async function run(step: Step): Promise<void> {
    switch (step.do) {
      case 'prompt':
        await send([{ role: 'user', content: step.text }], { type: 'answer', thinks: false });
        break;
      case 'think':
        await send([uniquePrompt()], { type: 'answer', thinks: true });
        break;
      case 'useTool':
        if (tools.length > 0) await useTool(step);
        break;
      case 'regenerate': {
        const last = promptPositions().at(-1);
        if (last === undefined) break;
        const prompt = messages[last]!;
        messages = messages.slice(0, last);
        await send([prompt], { type: 'answer', thinks: false });
        break;
      }
      case 'edit':
      case 'branch': {
        const at = promptPositions().at(-step.back);
        if (at === undefined) break;
        messages = messages.slice(0, at);
        if (step.do === 'edit') await send([uniquePrompt()], { type: 'answer', thinks: false });
        break;
      }
      case 'rewrite':
      case 'trim': {
        const at = promptPositions().at(-step.back);
        if (at === undefined) break;
        messages = step.do === 'trim' ? messages.slice(at) : messages.with(at, uniquePrompt());
        await send([uniquePrompt()], { type: 'answer', thinks: false });
        break;
      }
      case 'correct': {
        const last = messages.at(-1);
        if (last?.role !== 'assistant') break;
        messages = [...messages.slice(0, -1), { ...last, content: `${last.content}!` }];
        await send([uniquePrompt()], { type: 'answer', thinks: false });
        break;
      }
      case 'duplicate': {
        const prompt: WireMessage = { role: 'user', content: step.text };
        const plan: PlannedReply = { type: 'answer', thinks: false };
        const answers = await withServer((url) =>
          Promise.all(
            Array.from({ length: step.copies }, () => complete(url, chatOf([prompt]), plan, tracker)),
          ),
        );
        messages = [...messages, prompt, { role: 'assistant', content: answers.at(-1)!.text }];
        break;
      }
      case 'abort': {
        const prompt = uniquePrompt();
        const part = await withServer((url) => abort(url, chatOf([prompt]), tracker));
        if (step.keep !== 'nothing') messages = [...messages, prompt];
        if (step.keep === 'part') messages = [...messages, { role: 'assistant', content: part }];
        break;
      }
      case 'fail': {
        const prompt = uniquePrompt();
        await withServer((url) => fail(url, chatOf([prompt]), step.status, tracker));
        if (step.retry) await send([prompt], { type: 'answer', thinks: false });
        break;
      }
      case 'cut': {
        const prompt = uniquePrompt();
        const text = await withServer((url) => cut(url, chatOf([prompt]), tracker));
        if (text !== undefined) messages = [...messages, prompt, { role: 'assistant', content: text }];
        break;
      }
      case 'fault': {
        const prompt = uniquePrompt();
        const plan = { type: 'faulty', fault: step.fault } as const;
        const text = await withServer((url) => faulty(url, chatOf([prompt]), plan, tracker));
        if (step.retry || text === undefined) await send([prompt], { type: 'answer', thinks: false });
        else messages = [...messages, prompt, { role: 'assistant', content: text }];
        break;
      }
      case 'changeSystem':
        ({ system } = step);
        break;
      case 'changeModel':
        ({ model } = step);
        break;
    }
  }

  async function useTool(step: Extract<Step, { do: 'useTool' }>): Promise<void> {
    const { calls } = await send([uniquePrompt()], { type: 'calls', count: step.calls });
    assert.equal(calls.length, step.calls);
    const answer = messages.at(-1)!;
    const kept = calls.map(({ id, function: { name, arguments: given } }) => ({
      ...(step.ids ? { id } : {}),
      function: { name, arguments: given },
    }));
    messages = [...messages.slice(0, -1), { ...answer, tool_calls: kept }];
    const results = calls.map(({ id }, n): WireMessage => ({
      role: 'tool',
      content: `result ${n} of ${name}`,
      tool_name: 'look',
      ...(step.ids ? { tool_call_id: id } : {}),
    }));
    if (step.ids && step.reversed) results.reverse();
    await send(step.remark ? [...results, uniquePrompt()] : results, { type: 'answer', thinks: false });
  }

  for (const step of scenario.steps) await run(step);
}

function bodyOf(chat: WireChat): object {
  const { model, system, messages, tools } = chat;
  return {
    model,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...messages],
    ...(tools.length === 0 ? {} : { tools: [TOOL] }),
  };
}

/** Sends a chat whose answer is complete. */
async function complete(
  url: string,
  chat: WireChat,
  plan: PlannedReply,
  tracker: RequestTracker,
): Promise<Answer> {
  const tracked = tracker.expect(chat, plan);
  const lines = await closeOnError(tracker, tracked, async () => (await openChat(url, bodyOf(chat))).rest());
  const text = textOf(lines);
  const whole = lines.at(-1)?.done === true;
  tracker.close(tracked, whole ? text : undefined);
  assert.ok(whole, `no end: ${JSON.stringify(lines.at(-1))}`);
  return { text, calls: lines.flatMap((line) => line.message?.tool_calls ?? []) };
}

/** Sends a chat, disconnects after the first text, and returns it. */
async function abort(url: string, chat: WireChat, tracker: RequestTracker): Promise<string> {
  const tracked = tracker.expect(chat, { type: 'hang' });
  const part = await closeOnError(tracker, tracked, async () => {
    const stream = await openChat(url, bodyOf(chat));
    const text = await firstText(stream);
    stream.disconnect();
    return text ?? '';
  });
  tracker.close(tracked);
  assert.ok(part !== '' && tracked.text.startsWith(part), `${part} is not of ${tracked.text}`);
  return part;
}

/** Sends a chat that fails; with an error status, unless the machine is so slow that a heartbeat line was sent before. */
async function fail(url: string, chat: WireChat, status: 400 | 529, tracker: RequestTracker): Promise<void> {
  const tracked = tracker.expect(chat, { type: 'fail', status });
  const reply = await closeOnError(tracker, tracked, () =>
    ask(url, { path: '/api/chat', body: bodyOf(chat) }),
  );
  tracker.close(tracked);
  assert.match(reply.body, new RegExp(`\\{"error":"[^"]*planned ${status}[^"]*"\\}\\s*$`));
  if (reply.status === 200) assert.match(reply.body, /^\{[^\n]*"content":""\},"done":false\}\n/);
  else assert.equal(reply.status, status === 400 ? 400 : 503);
}

/**
 * Sends a chat for whose answer the connection to the API breaks. The client gets either the whole answer once, or a
 * part of it and an error.
 * @returns the answer, if it is whole
 */
async function cut(url: string, chat: WireChat, tracker: RequestTracker): Promise<string | undefined> {
  const tracked = tracker.expect(chat, { type: 'cut' });
  const lines = await closeOnError(tracker, tracked, async () => (await openChat(url, bodyOf(chat))).rest());
  const text = textOf(lines);
  const whole = lines.at(-1)?.done === true;
  tracker.close(tracked, whole ? text : undefined);
  assert.ok(tracked.text.startsWith(text), `${text} is not of ${tracked.text}`);
  assert.ok(whole || lines.at(-1)?.error !== undefined, `no end: ${JSON.stringify(lines.at(-1))}`);
  return whole ? text : undefined;
}

/**
 * Sends a chat that the model answers so that the CLI would ask it again.
 * @returns the text; `undefined` if there is none to keep
 */
async function faulty(
  url: string,
  chat: WireChat,
  plan: Extract<PlannedReply, { type: 'faulty' }>,
  tracker: RequestTracker,
): Promise<string | undefined> {
  const tracked = tracker.expect(chat, plan);
  const { body } = await closeOnError(tracker, tracked, () =>
    ask(url, { path: '/api/chat', body: bodyOf(chat) }),
  );
  const outcome = OUTCOMES[plan.fault];
  const lines = body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const text = textOf(lines);
  tracker.close(tracked, outcome === 'text' ? text : undefined);
  if (outcome === 'error') assert.match(body, /"error":"The model/);
  else assert.ok(lines.at(-1)?.done === true, `no end: ${body}`);
  if (outcome === 'blank') assert.equal(text.trim(), '');
  return outcome === 'text' ? text : undefined;
}

/** Closes a request whose connection broke, so that no later request can be mistaken for it. */
async function closeOnError<T>(
  tracker: RequestTracker,
  tracked: TrackedRequest,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    tracker.close(tracked);
    throw error;
  }
}
