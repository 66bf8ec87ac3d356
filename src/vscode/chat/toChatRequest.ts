/** Converts a request of VS Code's chat, already as plain objects (see `fromVscode.ts`), into a `ChatRequest`. Pure. */
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest, ContentPart, ToolCall } from '../../core/chat.js';
import { type ConversationEntry, toConversation } from '../../core/conversation.js';
import { fileContent } from '../../core/fileContent.js';
import type { JsonObject } from '../../core/json.js';
import { withStoredMessages, withStoredOptions } from '../../core/storedModel.js';
import { estimateTokens } from '../../core/tokenEstimate.js';
import { applyToolChoice } from '../../core/toolChoice.js';

export type PromptPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'data'; readonly mimeType: string; readonly data: Uint8Array }
  | { readonly type: 'call'; readonly call: ToolCall }
  | { readonly type: 'result'; readonly callId: string; readonly parts: readonly PromptPart[] };

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly PromptPart[];
}

export interface PromptTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema; a tool without one takes no arguments. */
  readonly inputSchema?: object | undefined;
}

export interface Prompt {
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly PromptTool[];
  /** Whether the model must call one of the tools. */
  readonly mustCall: boolean;
}

/** The upper bound of what Claude counts for an image of any size. */
const IMAGE_TOKENS = 1_600;
/** About what Claude counts for a page of a PDF with this many bytes. */
const PDF_BYTES_PER_TOKEN = 25;

const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {} };

/** Types without a slash, such as `cache_control`, are private marks of model providers. */
const isFile = (mimeType: string): boolean => mimeType.includes('/');
const isText = (mimeType: string): boolean => /^text\/|^application\/(?:.+\+)?json\b/.test(mimeType);

/** @throws ChatError `badRequest` for a file that Claude cannot read */
function toContent(parts: readonly PromptPart[]): ContentPart[] {
  return parts.flatMap((part): ContentPart[] => {
    if (part.type === 'text') return part.text === '' ? [] : [part];
    if (part.type !== 'data' || !isFile(part.mimeType)) return [];
    const { mimeType, data } = part;
    const bytes = Buffer.from(data);
    if (isText(mimeType)) return bytes.length === 0 ? [] : [{ type: 'text', text: bytes.toString('utf8') }];
    return [fileContent({ name: '', mediaType: mimeType, data: bytes.toString('base64') })];
  });
}

function toEntries({ role, parts }: PromptMessage): ConversationEntry[] {
  const content = toContent(parts);
  if (role === 'system') return [{ role, content }];
  if (role === 'assistant') {
    const calls = parts.flatMap((part) => (part.type === 'call' ? [part.call] : []));
    return [{ role, content, calls }];
  }
  // The Messages API requires tool results before any other content of a user message.
  const results = parts.flatMap((part): ConversationEntry[] =>
    part.type === 'result'
      ? [{ role: 'result', callId: part.callId, name: '', content: toContent(part.parts) }]
      : [],
  );
  return content.length === 0 ? results : [...results, { role, content }];
}

/**
 * @param client the name for the log and the Activity view
 * @throws ChatError `badRequest` for an unsupported file, or a required tool call without a tool
 */
export function toChatRequest(prompt: Prompt, entry: CatalogEntry, client: string): ChatRequest {
  const { lane, model, stored } = entry;
  const specs = prompt.tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    parameters: (inputSchema ?? NO_ARGUMENTS) as JsonObject,
  }));
  const offer = applyToolChoice(specs, { mode: prompt.mustCall ? 'required' : 'auto' });
  const entries = withStoredMessages(prompt.messages.flatMap(toEntries), stored);
  const conversation = toConversation(entries, { tools: offer.tools });
  const options = withStoredOptions({ stop: [] }, stored);
  return { lane, model: model.value, ...conversation, ...offer, ...options, client };
}

function countDataTokens({ mimeType, data }: Extract<PromptPart, { type: 'data' }>): number {
  if (mimeType.startsWith('image/')) return IMAGE_TOKENS;
  if (mimeType === 'application/pdf') return Math.ceil(data.length / PDF_BYTES_PER_TOKEN);
  return isFile(mimeType) ? estimateTokens(Buffer.from(data).toString('utf8')) : 0;
}

/** Estimates the number of tokens. Parts that are not sent to the model count as zero. */
export function countTokens(parts: readonly PromptPart[]): number {
  return parts.reduce((sum, part) => {
    switch (part.type) {
      case 'text':
        return sum + estimateTokens(part.text);
      case 'data':
        return sum + countDataTokens(part);
      case 'call':
        return sum + estimateTokens(part.call.name + JSON.stringify(part.call.arguments));
      case 'result':
        return sum + countTokens(part.parts);
    }
  }, 0);
}
