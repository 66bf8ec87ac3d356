/**
 * Messages from the CLI (its `stream-json` output), as far as the server reads them. Unknown fields are ignored and unknown
 * message types become `other`, so that a newer CLI does not break an older server.
 */
import * as v from 'valibot';

const text = v.optional(v.nullable(v.string()));
const count = v.optional(v.nullable(v.number()));

const usage = v.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
});
export type WireUsage = v.InferOutput<typeof usage>;

const contentBlock = v.variant('type', [
  v.object({ type: v.literal('text'), text: v.string() }),
  v.object({ type: v.literal('thinking'), thinking: v.string() }),
  v.object({
    type: v.literal('tool_use'),
    id: v.string(),
    name: v.string(),
    input: v.record(v.string(), v.unknown()),
  }),
  v.object({
    type: v.literal('tool_result'),
    tool_use_id: v.string(),
    content: v.optional(v.unknown()),
    is_error: v.optional(v.nullable(v.boolean())),
  }),
]);
const content = v.pipe(
  v.union([v.string(), v.array(v.unknown())]),
  v.transform((value) => {
    if (typeof value === 'string') return [{ type: 'text' as const, text: value }];
    return value.flatMap((block) => {
      const parsed = v.safeParse(contentBlock, block);
      return parsed.success ? [parsed.output] : [];
    });
  }),
);

const streamEvent = v.variant('type', [
  v.object({
    type: v.literal('message_start'),
    message: v.object({ id: v.string(), usage: v.optional(usage) }),
  }),
  v.object({
    type: v.literal('content_block_start'),
    content_block: v.object({ type: v.string(), id: text, name: text }),
  }),
  v.object({
    type: v.literal('content_block_delta'),
    delta: v.variant('type', [
      v.object({ type: v.literal('text_delta'), text: v.string() }),
      v.object({ type: v.literal('thinking_delta'), thinking: v.string() }),
      v.object({ type: v.literal('input_json_delta'), partial_json: v.string() }),
    ]),
  }),
  v.object({
    type: v.literal('message_delta'),
    delta: v.object({ stop_reason: text, stop_sequence: text }),
    usage: v.optional(usage),
  }),
]);

const model = v.object({
  value: v.string(),
  resolvedModel: v.optional(v.string()),
  displayName: v.optional(v.string()),
  description: v.optional(v.string()),
  supportedEffortLevels: v.optional(v.array(v.string())),
});
export const modelListSchema = v.object({ models: v.array(model) });

const rateLimitInfo = v.object({
  status: text,
  rateLimitType: text,
  utilization: count,
  resetsAt: count,
  // Undocumented: a change of its shape must not make the message invalid.
  unifiedWindows: v.fallback(
    v.optional(v.record(v.string(), v.object({ utilization: count, resetsAt: count }))),
    undefined,
  ),
});
export type RateLimitInfo = v.InferOutput<typeof rateLimitInfo>;

const cliMessage = v.variant('type', [
  v.object({
    type: v.literal('control_response'),
    response: v.object({
      subtype: v.string(),
      request_id: v.string(),
      response: v.optional(v.unknown()),
      error: v.optional(v.string()),
    }),
  }),
  v.object({
    type: v.literal('control_request'),
    request_id: v.string(),
    request: v.looseObject({ subtype: v.string() }),
  }),
  v.object({ type: v.literal('control_cancel_request'), request_id: v.string() }),
  v.object({
    type: v.literal('system'),
    subtype: v.string(),
    /** With `init`: the tools that the model may call in this turn. */
    tools: v.optional(v.array(v.string())),
    /** With `init`: where the API key comes from; `none` for other credentials. */
    apiKeySource: text,
    attempt: count,
    retry_delay_ms: count,
    error_status: count,
    error: text,
  }),
  v.object({ type: v.literal('stream_event'), event: streamEvent, parent_tool_use_id: text }),
  v.object({
    type: v.literal('assistant'),
    message: v.object({ id: v.string(), model: text, content, usage: v.optional(v.nullable(usage)) }),
    parent_tool_use_id: text,
    is_api_error_message: v.optional(v.boolean()),
  }),
  v.object({
    type: v.literal('user'),
    message: v.object({ content }),
    parent_tool_use_id: text,
    isSynthetic: v.optional(v.boolean()),
  }),
  v.object({
    type: v.literal('result'),
    subtype: v.string(),
    is_error: v.optional(v.boolean(), false),
    result: text,
    errors: v.optional(v.nullable(v.array(v.string()))),
    stop_reason: text,
    terminal_reason: text,
    startup_failure_reason: text,
    api_error: text,
    api_error_status: count,
    api_error_type: text,
    num_turns: count,
    duration_ms: count,
    ttft_ms: count,
    time_to_request_ms: count,
    total_cost_usd: count,
    usage: v.optional(v.nullable(usage)),
    modelUsage: v.optional(
      v.nullable(v.record(v.string(), v.object({ contextWindow: count, maxOutputTokens: count }))),
    ),
    structured_output: v.optional(v.unknown()),
    user_message_uuid: text,
  }),
  v.object({
    type: v.literal('rate_limit_event'),
    rate_limit_info: rateLimitInfo,
  }),
  v.object({ type: v.literal('command_lifecycle'), command_uuid: v.string(), state: v.string() }),
]);

export type CliMessage = v.InferOutput<typeof cliMessage> | { readonly type: 'other'; readonly name: string };
export type CliMessageOf<T extends CliMessage['type']> = Extract<CliMessage, { type: T }>;
export type ResultMessage = CliMessageOf<'result'>;
export type ContentDelta = Extract<
  CliMessageOf<'stream_event'>['event'],
  { type: 'content_block_delta' }
>['delta'];

/** The ids of the tool calls whose results a message holds. */
export function answeredCallIds(message: CliMessageOf<'user'>): string[] {
  return message.message.content.flatMap((block) =>
    block.type === 'tool_result' ? [block.tool_use_id] : [],
  );
}

/**
 * Parses one line of the CLI's stdout. A message of an unknown type or shape becomes `other`.
 * @throws SyntaxError if the line is not a JSON object with a `type`
 */
export function parseMessage(line: string): CliMessage {
  const value: unknown = JSON.parse(line);
  const parsed = v.safeParse(cliMessage, value);
  if (parsed.success) return parsed.output;
  if (typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string') {
    return { type: 'other', name: value.type };
  }
  throw new SyntaxError('a message has a type');
}
