/** The items of a response, each with the events that tell a client how it grows. */
import type { ToolCall } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { TextChunkerOutput } from '../../textChunker.js';

/** An event without its number, its `type` first. */
export type ItemEvent = JsonObject & { readonly type: string };

/** Where an item stands in its response, and its number in its name. */
interface Spot {
  readonly item_id: string;
  readonly output_index: number;
}

/** An item that may still grow. */
export interface OpenItem {
  readonly voice: TextChunkerOutput;
  /** The events of its beginning. */
  readonly begun: readonly ItemEvent[];
  /** The events of its growth by that much. */
  grow(more: string): ItemEvent;
  /** Ends it. @param status of the item */
  end(status: string): { readonly item: JsonObject; readonly events: readonly ItemEvent[] };
}

function added(spot: Spot, item: JsonObject): ItemEvent {
  return { type: 'response.output_item.added', output_index: spot.output_index, item };
}

function finished(spot: Spot, item: JsonObject): ItemEvent {
  return { type: 'response.output_item.done', output_index: spot.output_index, item };
}

/** Words of the model: one item, one part. */
function message(spot: Spot): OpenItem {
  const { item_id: id } = spot;
  let text = '';
  const part = (): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] });
  const item = (status: string, content: readonly JsonObject[]): JsonObject => {
    return { id, type: 'message', status, role: 'assistant', content };
  };
  const at = { ...spot, content_index: 0 };
  return {
    voice: 'text',
    begun: [
      added(spot, item('in_progress', [])),
      { type: 'response.content_part.added', ...at, part: part() },
    ],
    grow(more) {
      text += more;
      return { type: 'response.output_text.delta', ...at, delta: more, logprobs: [] };
    },
    end(status) {
      const whole = item(status, [part()]);
      return {
        item: whole,
        events: [
          { type: 'response.output_text.done', ...at, text, logprobs: [] },
          { type: 'response.content_part.done', ...at, part: part() },
          finished(spot, whole),
        ],
      };
    },
  };
}

/** Thinking of the model: one item, one part of a summary, which is what the model shows of its thinking. */
function reasoning(spot: Spot): OpenItem {
  const { item_id: id } = spot;
  let text = '';
  const part = (): JsonObject => ({ type: 'summary_text', text });
  const at = { ...spot, summary_index: 0 };
  return {
    voice: 'thinking',
    begun: [
      added(spot, { id, type: 'reasoning', summary: [] }),
      { type: 'response.reasoning_summary_part.added', ...at, part: part() },
    ],
    grow(more) {
      text += more;
      return { type: 'response.reasoning_summary_text.delta', ...at, delta: more };
    },
    end() {
      const whole = { id, type: 'reasoning', summary: [part()] };
      return {
        item: whole,
        events: [
          { type: 'response.reasoning_summary_text.done', ...at, text },
          { type: 'response.reasoning_summary_part.done', ...at, part: part() },
          finished(spot, whole),
        ],
      };
    },
  };
}

/** Begins an item for words or thinking. */
export function beginItem(voice: TextChunkerOutput, responseId: string, index: number): OpenItem {
  const name = `${responseId}_${index}`;
  return voice === 'text'
    ? message({ item_id: `msg_${name}`, output_index: index })
    : reasoning({ item_id: `rs_${name}`, output_index: index });
}

/** A call as an item, whole from its beginning. */
export function callItem(
  call: ToolCall,
  responseId: string,
  index: number,
): { readonly item: JsonObject; readonly events: readonly ItemEvent[] } {
  const spot: Spot = { item_id: `fc_${responseId}_${index}`, output_index: index };
  const text = JSON.stringify(call.arguments);
  const item = (status: string, args: string): JsonObject => ({
    id: spot.item_id,
    type: 'function_call',
    status,
    call_id: call.id,
    name: call.name,
    arguments: args,
  });
  const whole = item('completed', text);
  return {
    item: whole,
    events: [
      added(spot, item('in_progress', '')),
      { type: 'response.function_call_arguments.delta', ...spot, delta: text },
      { type: 'response.function_call_arguments.done', ...spot, name: call.name, arguments: text },
      finished(spot, whole),
    ],
  };
}
