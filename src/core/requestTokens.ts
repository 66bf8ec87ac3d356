/** Estimates the tokens of a whole request, without asking the API. Pure. */
import type {
  ChatMessage,
  ChatRequest,
  ContentPart,
  DocumentPart,
  ToolResultPart,
  ToolCallPart,
} from './chat.js';
import { imageTokens } from './imageTokens.js';
import { type JsonObject, jsonText } from './json.js';
import { estimateTokens } from './tokenEstimate.js';

/** What the API adds to each message to mark its beginning, its role and its end. */
const MESSAGE_TOKENS = 4;
/** A page of a PDF is sent as its text and as an image (Anthropic's guide to PDFs: 1,500 to 3,000 tokens of text). */
const PDF_PAGE_TOKENS = 2_000;

function jsonTokens(value: JsonObject): number {
  return estimateTokens(jsonText(value));
}

/** A page, or the number of pages below a node of the page tree (ISO 32000-1, section 7.7.3). */
const PAGE = /\/Type\s*\/Page(?![A-Za-z])/g;
const PAGE_TREE_COUNT =
  /\/Type\s*\/Pages\b[^>]*?\/Count\s+(\d{1,5})\b|\/Count\s+(\d{1,5})\b[^>]*?\/Type\s*\/Pages\b/g;

/** The number of pages of a PDF, at least 1. In some files the pages are compressed, and only their number is readable. */
function pageCount(base64: string): number {
  const pdf = atob(base64);
  const counts = [...pdf.matchAll(PAGE_TREE_COUNT)].map(([, after, before]) => Number(after ?? before));
  return Math.max(1, pdf.match(PAGE)?.length ?? 0, ...counts);
}

function documentTokens({ source, title = '', context = '' }: DocumentPart): number {
  const described = estimateTokens(title) + estimateTokens(context);
  switch (source.type) {
    case 'pdf':
      return described + pageCount(source.data) * PDF_PAGE_TOKENS;
    case 'text':
      return described + estimateTokens(source.text);
    case 'parts':
      return described + sumOf(source.parts, partTokens);
  }
}

function partTokens(part: ContentPart | ToolResultPart | ToolCallPart): number {
  switch (part.type) {
    case 'text':
      return estimateTokens(part.text);
    case 'image':
      return imageTokens(part);
    case 'document':
      return documentTokens(part);
    case 'searchResult':
      return estimateTokens(part.source) + estimateTokens(part.title) + sumOf(part.content, partTokens);
    case 'toolResult':
      return MESSAGE_TOKENS + estimateTokens(part.callId) + sumOf(part.content, partTokens);
    case 'toolCall':
      return jsonTokens({ id: part.call.id, name: part.call.name, input: part.call.arguments });
  }
}

function sumOf<T>(items: readonly T[], tokens: (item: T) => number): number {
  return items.reduce((sum, item) => sum + tokens(item), 0);
}

function messageTokens({ content }: ChatMessage): number {
  return MESSAGE_TOKENS + sumOf<ContentPart | ToolResultPart | ToolCallPart>(content, partTokens);
}

/**
 * The estimated number of tokens of everything that a client sent: system prompt, messages with their images and documents,
 * tools, and the schema of a structured answer. What the CLI adds (about 350 tokens) is not counted.
 */
export function estimateRequestTokens({ system, messages, tools, format }: ChatRequest): number {
  const schema = format?.type === 'schema' ? jsonTokens(format.schema) : 0;
  const toolTokens = sumOf(tools, ({ name, description, parameters }) =>
    jsonTokens({ name, description, input_schema: parameters }),
  );
  const systemTokens = system === '' ? 0 : estimateTokens(system) + MESSAGE_TOKENS;
  return systemTokens + sumOf(messages, messageTokens) + toolTokens + schema;
}
