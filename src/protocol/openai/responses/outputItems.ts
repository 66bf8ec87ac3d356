/** The output items of a response, each with the events that report its growth to the client. */
import type { ToolCall } from '../../../core/chat.js';
import type { JsonObject } from '../../../core/json.js';
import type { TextKind } from '../../textChunker.js';
import { FUNCTION, type StreamedText } from './callForms.js';
import type { ClientTool } from './toolTable.js';

/** An event without its sequence number. `type` must be the first field. */
export type ResponseEvent = JsonObject & { readonly type: string };

/** Identifies an item in the events about it. */
interface ItemPosition {
  readonly item_id: string;
  readonly output_index: number;
}

/** An item that text is still added to. */
export interface OpenItem {
  readonly kind: TextKind;
  /** The events that report that the item was added. */
  readonly addedEvents: readonly ResponseEvent[];
  /** Adds text. Returns the event that reports it. */
  append(text: string): ResponseEvent;
  /** Completes the item. @param status of the item */
  end(status: string): CompleteItem;
}

export interface CompleteItem {
  readonly item: JsonObject;
  readonly events: readonly ResponseEvent[];
}

function itemAdded({ output_index }: ItemPosition, item: JsonObject): ResponseEvent {
  return { type: 'response.output_item.added', output_index, item };
}

function itemDone({ output_index }: ItemPosition, item: JsonObject): ResponseEvent {
  return { type: 'response.output_item.done', output_index, item };
}

/** Text: an item with one content part. */
function openMessage(position: ItemPosition): OpenItem {
  const { item_id: id } = position;
  let text = '';
  const part = (): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] });
  const item = (status: string, content: readonly JsonObject[]): JsonObject => {
    return { id, type: 'message', status, role: 'assistant', content };
  };
  const partPosition = { ...position, content_index: 0 };
  return {
    kind: 'text',
    addedEvents: [
      itemAdded(position, item('in_progress', [])),
      { type: 'response.content_part.added', ...partPosition, part: part() },
    ],
    append(more) {
      text += more;
      return { type: 'response.output_text.delta', ...partPosition, delta: more, logprobs: [] };
    },
    end(status) {
      const complete = item(status, [part()]);
      return {
        item: complete,
        events: [
          { type: 'response.output_text.done', ...partPosition, text, logprobs: [] },
          { type: 'response.content_part.done', ...partPosition, part: part() },
          itemDone(position, complete),
        ],
      };
    },
  };
}

/** Thinking: an item with one summary part, because the API only returns a summary of Claude's thinking. */
function openReasoning(position: ItemPosition): OpenItem {
  const { item_id: id } = position;
  let text = '';
  const part = (): JsonObject => ({ type: 'summary_text', text });
  const partPosition = { ...position, summary_index: 0 };
  return {
    kind: 'thinking',
    addedEvents: [
      itemAdded(position, { id, type: 'reasoning', summary: [] }),
      { type: 'response.reasoning_summary_part.added', ...partPosition, part: part() },
    ],
    append(more) {
      text += more;
      return { type: 'response.reasoning_summary_text.delta', ...partPosition, delta: more };
    },
    end() {
      const complete = { id, type: 'reasoning', summary: [part()] };
      return {
        item: complete,
        events: [
          { type: 'response.reasoning_summary_text.done', ...partPosition, text },
          { type: 'response.reasoning_summary_part.done', ...partPosition, part: part() },
          itemDone(position, complete),
        ],
      };
    },
  };
}

/** Opens an item for text or thinking. @param index of the item in the response */
export function openItem(kind: TextKind, responseId: string, index: number): OpenItem {
  const suffix = `${responseId}_${index}`;
  return kind === 'text'
    ? openMessage({ item_id: `msg_${suffix}`, output_index: index })
    : openReasoning({ item_id: `rs_${suffix}`, output_index: index });
}

/**
 * A tool call as an item. Claude's calls are complete from the beginning, so a streamed text has one delta.
 * @param tool how the client names the tool, and the form of its calls; `undefined` for a tool that it did not offer
 * @param index of the item in the response
 */
export function callItem(
  call: ToolCall,
  tool: ClientTool | undefined,
  responseId: string,
  index: number,
): CompleteItem {
  const { form, identity } = tool ?? { form: FUNCTION, identity: { name: call.name } };
  const position: ItemPosition = {
    item_id: `${form.idPrefix}_${responseId}_${index}`,
    output_index: index,
  };
  const fields = form.fields(identity, call.arguments);
  const item = (status: string, more: JsonObject): JsonObject => ({
    id: position.item_id,
    type: form.callType,
    status,
    call_id: call.id,
    ...more,
  });
  const complete = item('completed', fields);
  const { streamed } = form;
  const textEvents = streamed === undefined ? [] : streamedText(position, streamed, fields);
  const started = streamed === undefined ? fields : { ...fields, [streamed.field]: '' };
  return {
    item: complete,
    events: [itemAdded(position, item('in_progress', started)), ...textEvents, itemDone(position, complete)],
  };
}

/** The events for a text that is complete. That of a function's arguments also has the name of the function. */
function streamedText(
  position: ItemPosition,
  { field, event }: StreamedText,
  fields: JsonObject,
): ResponseEvent[] {
  const { [field]: text = '', name = '' } = fields;
  const about: JsonObject = field === 'arguments' ? { name } : {};
  return [
    { type: `${event}.delta`, ...position, delta: text },
    { type: `${event}.done`, ...position, ...about, [field]: text },
  ];
}
