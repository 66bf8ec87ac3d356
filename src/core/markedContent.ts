/** Content that is not the user's own, marked as such, for places where Claude's API only has a user's message. */
import type { ContentPart } from './chat.js';

/** Encloses the content in tags. A text gets its tag in the same part. */
function enclosed(content: readonly ContentPart[], opening: string, closing: string): ContentPart[] {
  const parts = [...content];
  const [first] = parts;
  if (first?.type === 'text') parts[0] = { type: 'text', text: `${opening}\n${first.text}` };
  else parts.unshift({ type: 'text', text: opening });
  const last = parts.at(-1);
  if (last?.type === 'text') parts[parts.length - 1] = { type: 'text', text: `${last.text}\n${closing}` };
  else parts.push({ type: 'text', text: closing });
  return parts;
}

/** The content of a system message that follows the first turn. */
export function markedSystemMessage(content: readonly ContentPart[]): ContentPart[] {
  return enclosed(content, '<system_message>', '</system_message>');
}

/** The content of a tool's result that belongs to no call. @param name of the tool; empty if it is not known */
export function markedResult(name: string, content: readonly ContentPart[]): ContentPart[] {
  const attribute = name === '' ? '' : ` name=${JSON.stringify(name)}`;
  return enclosed(content, `<tool_result${attribute}>`, '</tool_result>');
}
