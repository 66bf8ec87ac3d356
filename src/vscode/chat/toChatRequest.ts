/** What VS Code's chat asks, as a request of the core. Pure: the editor's classes are read elsewhere. */
import type { CatalogEntry } from '../../core/catalog.js';
import type { ChatRequest, ImageMediaType, ImagePart, TextPart, ToolCall } from '../../core/chat.js';
import { type ConversationEntry, toConversation } from '../../core/conversation.js';
import { ChatError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { estimateTokens } from '../../core/tokenEstimate.js';
import { applyToolChoice } from '../../core/toolChoice.js';

/** A part of a message. What the editor puts in that is none of these is left out. */
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
  /** A JSON Schema; a tool without one takes nothing. */
  readonly inputSchema?: object | undefined;
}

export interface Prompt {
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly PromptTool[];
  /** Whether the model must call one of them. */
  readonly mustCall: boolean;
}

const IMAGES: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
] satisfies ImageMediaType[];

/** Most that Claude counts for an image, whatever its size. */
const IMAGE_TOKENS = 1_600;

const isImage = (type: string): type is ImageMediaType => IMAGES.includes(type);
const NOTHING: JsonObject = { type: 'object', properties: {} };

/** Marks that providers of models leave for themselves have types of their own; they are nobody else's. */
const isText = (type: string): boolean => /^text\/|^application\/(?:.+\+)?json\b/.test(type);

function contentOf(parts: readonly PromptPart[]): (TextPart | ImagePart)[] {
  return parts.flatMap((part): (TextPart | ImagePart)[] => {
    if (part.type === 'text') return part.text === '' ? [] : [part];
    if (part.type !== 'data') return [];
    const { mimeType, data } = part;
    const bytes = Buffer.from(data);
    if (isImage(mimeType)) return [{ type: 'image', mediaType: mimeType, data: bytes.toString('base64') }];
    if (isText(mimeType)) return [{ type: 'text', text: bytes.toString('utf8') }];
    if (!mimeType.startsWith('image/')) return [];
    throw new ChatError('badRequest', `Claude takes no images of the type ${mimeType}; use PNG or JPEG.`);
  });
}

function entriesOf({ role, parts }: PromptMessage): ConversationEntry[] {
  const content = contentOf(parts);
  if (role === 'system') return [{ role, content }];
  if (role === 'assistant') {
    const calls = parts.flatMap((part) => (part.type === 'call' ? [part.call] : []));
    return [{ role, content, calls }];
  }
  // The API wants results before anything else that a person says.
  const results = parts.flatMap((part): ConversationEntry[] =>
    part.type === 'result'
      ? [{ role: 'result', callId: part.callId, name: '', content: contentOf(part.parts) }]
      : [],
  );
  return content.length === 0 ? results : [...results, { role, content }];
}

/** @throws ChatError `badRequest` */
export function toChatRequest(prompt: Prompt, { lane, model }: CatalogEntry, client: string): ChatRequest {
  const specs = prompt.tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    parameters: (inputSchema ?? NOTHING) as JsonObject,
  }));
  const offer = applyToolChoice(specs, { mode: prompt.mustCall ? 'required' : 'auto' });
  const { system, messages } = toConversation(prompt.messages.flatMap(entriesOf), {
    last: offer.instruction,
  });
  return { lane, model: model.value, system, messages, tools: offer.tools, stop: [], client };
}

/** An estimate; only the API could count. */
export function countTokens(parts: readonly PromptPart[]): number {
  return parts.reduce((sum, part) => {
    switch (part.type) {
      case 'text':
        return sum + estimateTokens(part.text);
      case 'data':
        if (isImage(part.mimeType)) return sum + IMAGE_TOKENS;
        return sum + (isText(part.mimeType) ? estimateTokens(Buffer.from(part.data).toString('utf8')) : 0);
      case 'call':
        return sum + estimateTokens(part.call.name + JSON.stringify(part.call.arguments));
      case 'result':
        return sum + countTokens(part.parts);
    }
  }, 0);
}
