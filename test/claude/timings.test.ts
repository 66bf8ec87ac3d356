/** Durations and speeds of answers that stream at a known rate, compared with the clock of the client. */
import assert from 'node:assert/strict';
import type { ChatRequest } from '../../src/core/chat.js';
import { formatMetrics, formatSpeed, recordEvent, type ChatMetrics } from '../../src/core/chatObserver.js';
import { finalFields } from '../../src/protocol/ollama/reply.js';
import { messageReply, type Block, type Reply } from '../standin/server.js';
import { never, request, startCliRig, user, type CliRig } from '../support/cliRig.js';

const GAP_MS = 60;
const PIECES = 20;
const TOKENS = 90;
const PACE = { deltaDelayMs: GAP_MS, delayMs: 300, usage: { output_tokens: TOKENS } };
const pieces = (count: number): string[] => Array.from({ length: count }, (_, i) => `word${i} `);
const WEATHER = { name: 'weather', description: 'd', parameters: { type: 'object', properties: {} } };
const SCHEMA = { type: 'object', properties: { words: { type: 'string' } }, required: ['words'] };

interface Durations {
  readonly total_duration: number;
  readonly load_duration: number;
  readonly prompt_eval_duration: number;
  readonly eval_duration: number;
  readonly eval_count: number;
}

interface Measured {
  readonly durations: Durations;
  readonly metrics: ChatMetrics;
  /** By the client's clock, from the first content that it got to the end. Milliseconds. */
  readonly seenMs: number;
  readonly totalMs: number;
}

describe('the times of an answer', function () {
  this.timeout(60_000);
  let rig: CliRig;

  before(async () => {
    rig = await startCliRig();
  });
  after(() => rig.close());

  async function measure(reply: Reply, more: Partial<ChatRequest> = {}): Promise<Measured> {
    rig.standIn.reply(reply);
    const started = performance.now();
    const elapsedMs = (): number => performance.now() - started;
    const metrics: ChatMetrics = {};
    let first: number | undefined;
    for await (const event of rig.backend.chat(request([user('go')], more), never())) {
      recordEvent(metrics, event, elapsedMs());
      if (event.type === 'text' || event.type === 'thinking' || event.type === 'toolCall')
        first ??= elapsedMs();
      if (event.type !== 'done') continue;
      const context = { model: 'm', now: () => new Date(), elapsedMs };
      const durations = finalFields(event, context, {}) as Durations;
      const { load_duration: load, prompt_eval_duration: prompt, eval_duration: output } = durations;
      assert.ok(load + prompt + output <= durations.total_duration, JSON.stringify(durations));
      return { durations, metrics, seenMs: elapsedMs() - (first ?? 0), totalMs: elapsedMs() };
    }
    throw new Error('the answer ended without done');
  }

  /** @param ms what the client saw */
  function isSpeedSeen({ durations, metrics, totalMs }: Measured, ms: number): void {
    const seen = TOKENS / ms;
    const reported = durations.eval_count / (durations.eval_duration / 1e6);
    assert.ok(Math.abs(reported / seen - 1) < 0.05, `${reported * 1000} instead of ${seen * 1000} tokens/s`);
    const shown = Number.parseFloat(formatSpeed(metrics) ?? '');
    assert.ok(Math.abs(shown / (seen * 1000) - 1) < 0.05, `${shown} instead of ${seen * 1000} tokens/s`);
    assert.ok(formatMetrics({ ...metrics, totalMs }).endsWith(`, ${formatSpeed(metrics)}`));
  }

  /**
   * For an answer that the client gets only at its end. The time of the model is the planned time, unless the machine is slow:
   * when the last piece arrives late, it is longer, but shorter than the client waited after the first piece could arrive; when
   * the first piece arrives late, it is shorter. The first piece is late now and then, so the best of three answers counts.
   */
  async function isSpeedOfModel(measureAnswer: () => Promise<Measured>): Promise<Measured> {
    const plannedMs = (PIECES + 2) * GAP_MS;
    let best = await measureAnswer();
    for (let repeats = 0; outputMsOf(best) <= plannedMs * 0.95 && repeats < 2; repeats += 1)
      best = await measureAnswer();
    const outputMs = outputMsOf(best);
    assert.ok(outputMs > plannedMs * 0.95, `${outputMs} ms, planned ${plannedMs} ms`);
    assert.ok(outputMs < (best.totalMs - PACE.delayMs) * 1.05, `${outputMs} ms of ${best.totalMs} ms`);
    return best;
  }

  function outputMsOf({ durations }: Measured): number {
    return durations.eval_duration / 1e6;
  }

  it('are those that the client sees (text)', async () => {
    const measured = await measure(messageReply([{ type: 'text', text: pieces(PIECES) }], PACE));
    isSpeedSeen(measured, measured.seenMs);
    assert.ok(measured.durations.prompt_eval_duration >= PACE.delayMs * 1e6);
    assert.ok(measured.durations.eval_duration >= (PIECES - 1) * GAP_MS * 1e6);
    assert.ok((measured.metrics.firstTokenMs ?? 0) < measured.totalMs - (PIECES - 2) * GAP_MS);
  });

  const THOUGHT: readonly Block[] = [
    { type: 'thinking', thinking: pieces(PIECES), signature: 'c2ln' },
    { type: 'text', text: pieces(5) },
  ];

  it('are those that the client sees (thinking first)', async () => {
    const measured = await measure(messageReply(THOUGHT, PACE), { thinking: { show: true } });
    isSpeedSeen(measured, measured.seenMs);
  });

  it('count thinking that the client does not get', async () => {
    const measured = await measure(messageReply(THOUGHT, PACE));
    assert.ok(measured.durations.eval_duration >= (PIECES + 4) * GAP_MS * 1e6);
    assert.ok(measured.seenMs < measured.durations.eval_duration / 1e6 / 2);
  });

  it('are those of the model for tool calls alone, which the client gets at the end', async () => {
    const input = ['{"a":"', ...pieces(PIECES), '"}'];
    const call: Block = { type: 'tool_use', id: 'toolu_1', name: 'weather', input };
    const measured = await isSpeedOfModel(() => measure(messageReply([call], PACE), { tools: [WEATHER] }));
    assert.ok(measured.durations.prompt_eval_duration >= PACE.delayMs * 1e6);
  });

  it('are those that the client sees (structured answer)', async () => {
    const input = ['{"words":"', ...pieces(PIECES), '"}'];
    const call: Block = { type: 'tool_use', id: 'toolu_2', name: 'StructuredOutput', input };
    const format = { type: 'schema', schema: SCHEMA } as const;
    await isSpeedOfModel(() => measure(messageReply([call], PACE), { format }));
  });

  it('have no speed for an answer that arrives at once', async () => {
    const reply = messageReply([{ type: 'text', text: ['ok'] }], { usage: { output_tokens: 4 } });
    const { durations, metrics, seenMs } = await measure(reply);
    assert.ok(durations.eval_duration > 0 && durations.eval_duration <= (seenMs + 20) * 1e6);
    if ((metrics.outputMs ?? 0) < 100) assert.equal(formatSpeed(metrics), undefined);
  });
});
