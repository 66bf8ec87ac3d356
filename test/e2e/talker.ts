/** Plays a script: a client that keeps its own history and sends all of it each time. */
import assert from 'node:assert/strict';
import { ask, firstText, openChat, textOf, type WireCall } from '../support/httpClient.js';
import type { Ledger, Plan, Ticket } from './ledger.js';
import type { WireChat, WireMessage } from './history.js';
import type { Script, Step } from './script.js';

/** Where to send requests. Runs the work while the program is up. */
export type WhileUp = <T>(work: (url: string) => Promise<T>) => Promise<T>;

const TOOL = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: {} } };

interface Answer {
  readonly text: string;
  readonly calls: readonly WireCall[];
}

/** Plays it to its end. @throws Error when an answer is not what was planned */
export async function play(script: Script, name: string, ledger: Ledger, whileUp: WhileUp): Promise<void> {
  let { model, system } = script;
  let messages: WireMessage[] = [];
  let asked = 0;
  const tools = script.tools ? ['look'] : [];

  /** A question that nobody else asks. */
  const own = (): WireMessage => ({ role: 'user', content: `question ${++asked} of ${name}` });

  function chatOf(more: readonly WireMessage[]): WireChat {
    return { model, system, tools, messages: [...messages, ...more] };
  }

  async function tell(more: readonly WireMessage[], plan: Plan): Promise<Answer> {
    const answer = await whileUp((url) => answered(url, chatOf(more), plan, ledger));
    messages = [...messages, ...more, { role: 'assistant', content: answer.text }];
    return answer;
  }

  /** Where the questions are. */
  const questions = (): number[] =>
    messages.flatMap((message, index) => (message.role === 'user' ? [index] : []));

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case 'ask':
        await tell([{ role: 'user', content: step.text }], { type: 'answer', thinks: false });
        break;
      case 'think':
        await tell([own()], { type: 'answer', thinks: true });
        break;
      case 'askWithTool':
        if (tools.length > 0) await tellWithTool(step);
        break;
      case 'regenerate': {
        const last = questions().at(-1);
        if (last === undefined) break;
        const question = messages[last]!;
        messages = messages.slice(0, last);
        await tell([question], { type: 'answer', thinks: false });
        break;
      }
      case 'edit':
      case 'branch': {
        const at = questions().at(-step.back);
        if (at === undefined) break;
        messages = messages.slice(0, at);
        if (step.do === 'edit') await tell([own()], { type: 'answer', thinks: false });
        break;
      }
      case 'rewrite':
      case 'trim': {
        const at = questions().at(-step.back);
        if (at === undefined) break;
        messages = step.do === 'trim' ? messages.slice(at) : messages.with(at, own());
        await tell([own()], { type: 'answer', thinks: false });
        break;
      }
      case 'correct': {
        const last = messages.at(-1);
        if (last?.role !== 'assistant') break;
        messages = [...messages.slice(0, -1), { ...last, content: `${last.content}!` }];
        await tell([own()], { type: 'answer', thinks: false });
        break;
      }
      case 'duplicate': {
        const question: WireMessage = { role: 'user', content: step.text };
        const plan: Plan = { type: 'answer', thinks: false };
        const answers = await whileUp((url) =>
          Promise.all(
            Array.from({ length: step.copies }, () => answered(url, chatOf([question]), plan, ledger)),
          ),
        );
        messages = [...messages, question, { role: 'assistant', content: answers.at(-1)!.text }];
        break;
      }
      case 'leave': {
        const question = own();
        const part = await whileUp((url) => left(url, chatOf([question]), ledger));
        if (step.keep !== 'nothing') messages = [...messages, question];
        if (step.keep === 'part') messages = [...messages, { role: 'assistant', content: part }];
        break;
      }
      case 'fail': {
        const question = own();
        await whileUp((url) => failed(url, chatOf([question]), step.status, ledger));
        if (step.retry) await tell([question], { type: 'answer', thinks: false });
        break;
      }
      case 'stumble': {
        const question = own();
        const text = await whileUp((url) => stumbled(url, chatOf([question]), ledger));
        if (text !== undefined) messages = [...messages, question, { role: 'assistant', content: text }];
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

  async function tellWithTool(step: Extract<Step, { do: 'askWithTool' }>): Promise<void> {
    const { calls } = await tell([own()], { type: 'calls', count: step.calls });
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
    await tell(step.remark ? [...results, own()] : results, { type: 'answer', thinks: false });
  }

  for (const step of script.steps) await take(step);
}

function wire(chat: WireChat): object {
  const { model, system, messages, tools } = chat;
  return {
    model,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...messages],
    ...(tools.length === 0 ? {} : { tools: [TOOL] }),
  };
}

/** Sends a chat that is answered in full. */
async function answered(url: string, chat: WireChat, plan: Plan, ledger: Ledger): Promise<Answer> {
  const ticket = ledger.expect(chat, plan);
  const lines = await settle(ledger, ticket, async () => (await openChat(url, wire(chat))).rest());
  const text = textOf(lines);
  ledger.close(ticket, text);
  assert.ok(lines.at(-1)?.done === true, `no end: ${JSON.stringify(lines.at(-1))}`);
  return { text, calls: lines.flatMap((line) => line.message?.tool_calls ?? []) };
}

/** Goes away after the first words, which it returns. */
async function left(url: string, chat: WireChat, ledger: Ledger): Promise<string> {
  const ticket = ledger.expect(chat, { type: 'hold' });
  const part = await settle(ledger, ticket, async () => {
    const stream = await openChat(url, wire(chat));
    const text = await firstText(stream);
    stream.leave();
    return text ?? '';
  });
  ledger.close(ticket);
  assert.ok(part !== '' && ticket.text.startsWith(part), `${part} is not of ${ticket.text}`);
  return part;
}

/** Gets an error for an answer; with its status, unless the machine is so slow that a sign of life came before it. */
async function failed(url: string, chat: WireChat, status: 400 | 529, ledger: Ledger): Promise<void> {
  const ticket = ledger.expect(chat, { type: 'fail', status });
  const reply = await settle(ledger, ticket, () => ask(url, { path: '/api/chat', body: wire(chat) }));
  ledger.close(ticket);
  assert.match(reply.body, new RegExp(`\\{"error":"[^"]*planned ${status}[^"]*"\\}\\s*$`));
  if (reply.status === 200) assert.match(reply.body, /^\{[^\n]*"content":""\},"done":false\}\n/);
  else assert.equal(reply.status, status === 400 ? 400 : 503);
}

/** An answer whose connection broke: all of it, once, or an error and nothing that is not of it. */
async function stumbled(url: string, chat: WireChat, ledger: Ledger): Promise<string | undefined> {
  const ticket = ledger.expect(chat, { type: 'stumble' });
  const lines = await settle(ledger, ticket, async () => (await openChat(url, wire(chat))).rest());
  const text = textOf(lines);
  const whole = lines.at(-1)?.done === true;
  ledger.close(ticket, whole ? text : undefined);
  assert.ok(ticket.text.startsWith(text), `${text} is not of ${ticket.text}`);
  assert.ok(whole || lines.at(-1)?.error !== undefined, `no end: ${JSON.stringify(lines.at(-1))}`);
  return whole ? text : undefined;
}

/** A ticket whose request broke stays nobody's. */
async function settle<T>(ledger: Ledger, ticket: Ticket, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    ledger.close(ticket);
    throw error;
  }
}
