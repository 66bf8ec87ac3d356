/** Ends a reply where the request says: at `max_tokens`, or before one of `stop_sequences`. Pure. */
import { fullText, type Block, type Gate, type MessageReply, type StreamedText } from './reply.js';
import type { MessagesBody } from './request.js';
import { firstTokens, textTokens } from './tokens.js';

/** The tokens of a reply's blocks. */
export function outputTokens(content: readonly Block[]): number {
  return content.reduce((sum, block) => sum + textTokens(fullText(streamedOf(block))), 0);
}

/**
 * The reply as the API sends it for this request: the block in which a limit is reached is its last one. A reply that says
 * why it stops is left as it is.
 */
export function limitReply(reply: MessageReply, body: MessagesBody): MessageReply {
  if (reply.stopReason !== undefined) return reply;
  const stop = ((body['stop_sequences'] ?? []) as readonly string[]).filter((sequence) => sequence !== '');
  let left = body.max_tokens ?? Infinity;
  const content: Block[] = [];
  for (const block of reply.content) {
    const text = fullText(streamedOf(block));
    const kept = firstTokens(text, left);
    const found = block.type === 'text' ? firstStop(kept, stop) : undefined;
    if (found !== undefined) {
      content.push(shorten(block, found.at));
      return { ...reply, content, stopReason: 'stop_sequence', stopSequence: found.sequence };
    }
    if (kept.length < text.length) {
      if (kept !== '' || content.length === 0) content.push(shorten(block, kept.length));
      return {
        ...reply,
        content,
        stopReason: 'max_tokens',
        usage: { ...reply.usage, output_tokens: body.max_tokens! },
      };
    }
    content.push(block);
    left -= textTokens(text);
  }
  return reply;
}

/** Where the first stop sequence begins, and which one that is. */
function firstStop(text: string, sequences: readonly string[]): { at: number; sequence: string } | undefined {
  const found = sequences.flatMap((sequence) => {
    const at = text.indexOf(sequence);
    return at < 0 ? [] : [{ at, sequence, end: at + sequence.length }];
  });
  // The model stops as soon as one is complete.
  return found.toSorted((a, b) => a.end - b.end || a.at - b.at)[0];
}

function streamedOf(block: Block) {
  if (block.type === 'text') return block.text;
  return block.type === 'thinking' ? block.thinking : block.input;
}

/** A block with the first `length` UTF-16 units of its text. */
function shorten(block: Block, length: number): Block {
  if (block.type === 'text') return { ...block, text: cut(block.text, length) };
  if (block.type === 'thinking') return { ...block, thinking: cut(block.thinking, length) };
  const { input } = block;
  const isText = typeof input === 'string' || Array.isArray(input);
  return { ...block, input: cut(isText ? (input as StreamedText) : JSON.stringify(input), length) };
}

/** The pieces and gates of the first `length` UTF-16 units. */
function cut(streamed: StreamedText, length: number): StreamedText {
  if (typeof streamed === 'string') return streamed.slice(0, length);
  let left = length;
  return streamed.flatMap((piece): (string | Gate)[] => {
    if (left <= 0) return [];
    if (typeof piece !== 'string') return [piece];
    const kept = piece.slice(0, left);
    left -= kept.length;
    return [kept];
  });
}
