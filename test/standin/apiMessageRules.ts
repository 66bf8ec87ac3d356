/** What the Messages API refuses about messages: roles, empty content, and tool calls without their results. */
import type { ApiBlock, ApiMessage } from './request.js';

const CALL_ID = /^[a-zA-Z0-9_-]+$/;
const CALLED_NAME = /^[a-zA-Z0-9_-]{1,200}$/;
const IMAGE_TYPES: readonly unknown[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

interface ToolBlock extends ApiBlock {
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly tool_use_id?: string;
  readonly source?: { readonly type?: string; readonly media_type?: string; readonly data?: string };
  readonly content?: string | readonly ApiBlock[];
}

/** The API's error message; `undefined` if it accepts the messages. */
export function messageRefusal(messages: readonly ApiMessage[]): string | undefined {
  // Messages of the role "system" may stand anywhere; the API does not count them as turns.
  const turns = messages.map((message, index) => ({ ...message, index })).filter((m) => m.role !== 'system');
  if (turns.length === 0) return 'messages: at least one message is required';
  const seen = new Set<string>();
  let open: readonly string[] = [];
  for (const { role, content, index } of turns) {
    const blocks = blocksOf(content);
    const reason = turnRefusal(role, blocks, index) ?? pairRefusal(role, blocks, open, index);
    if (reason !== undefined) return reason;
    open = role === 'assistant' ? callIds(blocks) : [];
    const repeated = open.find((id) => seen.has(id));
    if (repeated !== undefined) return `messages.${index}: \`tool_use\` ids must be unique (${repeated})`;
    for (const id of open) seen.add(id);
    if (new Set(open).size < open.length) return `messages.${index}: \`tool_use\` ids must be unique`;
  }
  if (open.length > 0) return orphans(turns.length, open);
  return undefined;
}

function blocksOf(content: ApiMessage['content']): readonly ToolBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function callIds(blocks: readonly ToolBlock[]): string[] {
  return blocks.flatMap(({ type, id }) => (type === 'tool_use' ? [id ?? ''] : []));
}

function turnRefusal(role: string, blocks: readonly ToolBlock[], index: number): string | undefined {
  if (role !== 'user' && role !== 'assistant') return `messages: Unexpected role "${role}"`;
  if (blocks.length === 0) return `messages.${index}: all messages must have non-empty content`;
  for (const [position, block] of blocks.entries()) {
    const reason = blockRefusal(block, role);
    if (reason !== undefined) return `messages.${index}.content.${position}${reason}`;
  }
  return undefined;
}

function blockRefusal(block: ToolBlock, role: string): string | undefined {
  switch (block.type) {
    case 'text':
      if ((block.text ?? '') === '') return '.text: text content blocks must be non-empty';
      return block.text?.trim() === ''
        ? '.text: text content blocks must contain non-whitespace text'
        : undefined;
    case 'image':
      return imageRefusal(block);
    case 'tool_use':
      return role === 'assistant'
        ? callRefusal(block)
        : ': `tool_use` blocks can only be in `assistant` messages';
    case 'tool_result':
      return role === 'user' ? resultRefusal(block) : ': `tool_result` blocks can only be in `user` messages';
    default:
      return undefined;
  }
}

function imageRefusal({ source }: ToolBlock): string | undefined {
  if (source?.type !== 'base64') return undefined;
  if (!IMAGE_TYPES.includes(source.media_type))
    return `.image.source.base64.media_type: Input should be ${IMAGE_TYPES.join(', ')} (${source.media_type})`;
  const { data = '' } = source;
  return data === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)
    ? '.image.source.base64: invalid base64 data'
    : undefined;
}

function callRefusal({ id = '', name = '', input }: ToolBlock): string | undefined {
  if (!CALL_ID.test(id)) return `.tool_use.id: String should match pattern '${CALL_ID.source}' (${id})`;
  if (!CALLED_NAME.test(name))
    return `.tool_use.name: String should match pattern '${CALLED_NAME.source}' (${name})`;
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return isObject ? undefined : '.tool_use.input: Input should be a valid dictionary';
}

function resultRefusal({ content }: ToolBlock): string | undefined {
  if (content === undefined || typeof content === 'string') return undefined;
  for (const [position, block] of content.entries()) {
    const reason = blockRefusal(block, 'user');
    if (reason !== undefined) return `.tool_result.content.${position}${reason}`;
  }
  return undefined;
}

/** Calls and results belong together: all results of a message's calls, each once, are in the next message. */
function pairRefusal(
  role: string,
  blocks: readonly ToolBlock[],
  open: readonly string[],
  index: number,
): string | undefined {
  if (role === 'assistant') return open.length > 0 ? orphans(index, open) : undefined;
  const results = blocks.flatMap(({ type, tool_use_id: id = '' }) => (type === 'tool_result' ? [id] : []));
  const unknown = results.find((id) => !open.includes(id));
  if (unknown !== undefined)
    return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unknown}`;
  const missing = open.filter((id) => !results.includes(id));
  if (missing.length > 0) return orphans(index, missing);
  if (new Set(results).size < results.length)
    return `messages.${index}: each tool_use must have a single result`;
  return undefined;
}

function orphans(index: number, ids: readonly string[]): string {
  return (
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
    `${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
  );
}
