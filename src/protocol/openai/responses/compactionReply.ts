/** Answers to a compaction: exactly one item, which Codex requires before the end of the response. */
import type { ChatEvent } from '../../../core/chat.js';
import { ChatError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json.js';
import type { StreamEncoder } from '../../dialect.js';
import { SSE_COMMENT, SSE_TYPE } from '../../sse.js';
import { type Compaction, compactionPayload } from './compaction.js';
import { createFramer, responseObject, responsesEncoder, type ResponsesContext, usageJson } from './reply.js';

type DoneEvent = Extract<ChatEvent, { type: 'done' }>;

/** The item and the counts of a finished summary. */
interface Summary {
  readonly item: JsonObject;
  readonly usage: JsonObject;
}

/** @throws ChatError `cliFailed` unless the model wrote a complete summary: half of one would lose the rest unnoticed */
function summaryOf(text: string, done: DoneEvent, { id }: ResponsesContext): Summary {
  const summary = text.trim();
  if (summary === '' || done.reason !== 'stop') {
    throw new ChatError(
      'cliFailed',
      'The conversation was not compacted: the model wrote no complete summary. The conversation is unchanged. Try again.',
    );
  }
  const item = { id: `cmp_${id}`, type: 'compaction', encrypted_content: compactionPayload(summary) };
  return { item, usage: usageJson(done.usage) };
}

function completedResponse({ item, usage }: Summary, context: ResponsesContext): JsonObject {
  const state = { completed_at: context.now(), status: 'completed', error: null, incomplete_details: null };
  return responseObject(context, { ...state, usage }, [item]);
}

/** Encodes a streamed answer. Nothing is sent before the summary is complete, so that a failure has its own status. */
export function compactionEncoder(context: ResponsesContext): StreamEncoder {
  const frame = createFramer();
  let text = '';
  return {
    contentType: SSE_TYPE,
    event(event) {
      if (event.type === 'text') text += event.text;
      if (event.type !== 'done') return [];
      const summary = summaryOf(text, event, context);
      const started = responseObject(context, { status: 'in_progress' }, []);
      const position = { output_index: 0, item: summary.item };
      return [
        frame({ type: 'response.created', response: started }),
        frame({ type: 'response.in_progress', response: started }),
        frame({ type: 'response.output_item.added', ...position }),
        frame({ type: 'response.output_item.done', ...position }),
        frame({ type: 'response.completed', response: completedResponse(summary, context) }),
      ];
    },
    heartbeat: () => SSE_COMMENT,
    failure: (error) => responsesEncoder(context).failure(error),
  };
}

/**
 * The complete answer as JSON text: a response, or on the route for compactions OpenAI's `response.compaction`.
 * @param events ending with `done`
 * @throws ChatError see `summaryOf`
 */
export function compactionReply(
  events: readonly ChatEvent[],
  context: ResponsesContext,
  compaction: Compaction,
): string {
  const done = events.at(-1);
  if (done?.type !== 'done') throw new RangeError('the last event of an answer must be "done"');
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const summary = summaryOf(text, done, context);
  if (compaction === 'trigger') return JSON.stringify(completedResponse(summary, context));
  return JSON.stringify({
    id: `resp_${context.id}`,
    object: 'response.compaction',
    created_at: context.created,
    output: [summary.item],
    usage: summary.usage,
  });
}
