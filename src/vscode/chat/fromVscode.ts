/** Converts VS Code's classes of chat messages into plain objects. */
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

/** Recognizes `LanguageModelDataPart` by its shape: the oldest supported VS Code does not have the class. */
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

/** Leaves out parts that cannot be sent to the model, such as thinking. */
function toPromptParts(parts: readonly unknown[]): PromptPart[] {
  return parts.flatMap((part): PromptPart[] => {
    if (part instanceof LanguageModelTextPart) return [{ type: 'text', text: part.value }];
    if (part instanceof LanguageModelToolCallPart) {
      const { callId, name, input } = part;
      return [{ type: 'call', call: { id: callId, name, arguments: input as JsonObject } }];
    }
    if (part instanceof LanguageModelToolResultPart) {
      return [{ type: 'result', callId: part.callId, parts: toPromptParts(part.content) }];
    }
    if (part instanceof LanguageModelPromptTsxPart) {
      return [{ type: 'text', text: JSON.stringify(part.value) }];
    }
    return isData(part) ? [{ type: 'data', mimeType: part.mimeType, data: part.data }] : [];
  });
}

/** The stable API has two roles. VS Code's own chat also sends a system role, with another number. */
function toRole(role: LanguageModelChatMessageRole): PromptMessage['role'] {
  if (role === LanguageModelChatMessageRole.User) return 'user';
  return role === LanguageModelChatMessageRole.Assistant ? 'assistant' : 'system';
}

export function toPromptMessage({ role, content }: LanguageModelChatRequestMessage): PromptMessage {
  return { role: toRole(role), parts: toPromptParts(content) };
}
