/** The editor's classes of messages and parts, read. */
import {
  LanguageModelChatMessageRole,
  LanguageModelPromptTsxPart,
  LanguageModelTextPart,
  LanguageModelToolCallPart,
  LanguageModelToolResultPart,
  type LanguageModelChatRequestMessage,
} from 'vscode';
import type { JsonObject } from '../../core/json.js';
import type { PromptMessage, PromptPart } from './toChatRequest.js';

/** Bytes with a type. Their class is newer than the oldest editor that is supported, so they are known by their looks. */
function isData(part: unknown): part is { mimeType: string; data: Uint8Array } {
  return (
    typeof part === 'object' &&
    part !== null &&
    'mimeType' in part &&
    typeof part.mimeType === 'string' &&
    'data' in part &&
    part.data instanceof Uint8Array
  );
}

/** The parts that are understood; of the others, thinking above all, nothing can be told to the model. */
export function partsOf(parts: readonly unknown[]): PromptPart[] {
  return parts.flatMap((part): PromptPart[] => {
    if (part instanceof LanguageModelTextPart) return [{ type: 'text', text: part.value }];
    if (part instanceof LanguageModelToolCallPart) {
      const { callId, name, input } = part;
      return [{ type: 'call', call: { id: callId, name, arguments: input as JsonObject } }];
    }
    if (part instanceof LanguageModelToolResultPart) {
      return [{ type: 'result', callId: part.callId, parts: partsOf(part.content) }];
    }
    if (part instanceof LanguageModelPromptTsxPart) {
      return [{ type: 'text', text: JSON.stringify(part.value) }];
    }
    return isData(part) ? [{ type: 'data', mimeType: part.mimeType, data: part.data }] : [];
  });
}

/** Roles beyond these two carry the system prompt. */
function roleOf(role: LanguageModelChatMessageRole): PromptMessage['role'] {
  if (role === LanguageModelChatMessageRole.User) return 'user';
  return role === LanguageModelChatMessageRole.Assistant ? 'assistant' : 'system';
}

export function messageOf({ role, content }: LanguageModelChatRequestMessage): PromptMessage {
  return { role: roleOf(role), parts: partsOf(content) };
}
