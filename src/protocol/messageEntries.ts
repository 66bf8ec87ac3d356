/** The entries of a conversation that one message becomes, in the dialects that also accept calls and results as parts. */
import type { ConversationEntry } from '../core/conversation.js';
import type { MessageParts } from './content.js';

type Speaker = 'system' | 'assistant' | 'user';

/** Who speaks in a message. @param role in lower case. An unknown one counts as the user's */
export function speakerOf(role: string): Speaker {
  if (role === 'developer') return 'system';
  return role === 'system' || role === 'assistant' ? role : 'user';
}

/**
 * Calls and results keep their meaning in a message of any role: a call is the model's, and a result answers a call.
 * @param parts `calls`: also those in a field of their own
 */
export function messageEntries(
  role: Speaker,
  { content, calls, results }: MessageParts,
): ConversationEntry[] {
  const answered = results.map((result): ConversationEntry => ({ role: 'result', name: '', ...result }));
  if (role === 'assistant') return [{ role, content, calls }, ...answered];
  const made: ConversationEntry[] = calls.length === 0 ? [] : [{ role: 'assistant', content: [], calls }];
  const others = [...made, ...answered];
  return content.length === 0 && others.length > 0 ? others : [...others, { role, content }];
}
