/** Random histories in the forms of the clients, with what must reach the model. */
import fc from 'fast-check';
import type { Json } from '../../src/core/json.js';

/** Where a piece of a history belongs in the conversation that the model gets. */
export type Place = 'system' | 'user' | 'assistant' | 'argument' | 'result' | 'attachment';

export interface Piece {
  readonly place: Place;
  /** Occurs once in the history. */
  readonly text: string;
}

export interface History {
  readonly messages: readonly Json[];
  readonly pieces: readonly Piece[];
}

export type HistoryDialect = 'ollama' | 'openai';

type Fields = Record<string, Json>;

/** The choices that make one message. */
interface Plan {
  readonly kind: 'system' | 'user' | 'assistant' | 'result';
  readonly content: 'text' | 'parts' | 'part' | 'null' | 'absent' | 'data';
  readonly attachment: 'none' | 'image' | 'text file' | 'PDF';
  readonly calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly arguments: 'object' | 'text' | 'encoded twice' | 'cut' | 'list' | 'none';
    readonly form: 'function' | 'custom' | 'legacy' | 'part';
  }[];
  readonly id: string;
  readonly name: string;
}

const ids = fc.constantFrom('', 'a', 'b', 'c');
const names = fc.constantFrom('', 'look', 'find');
const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom('system', 'user', 'user', 'assistant', 'assistant', 'result', 'result'),
  content: fc.constantFrom('text', 'text', 'parts', 'part', 'null', 'absent', 'data'),
  attachment: fc.constantFrom('none', 'none', 'image', 'text file', 'PDF'),
  calls: fc.array(
    fc.record({
      id: ids,
      name: fc.constantFrom('look', 'find'),
      arguments: fc.constantFrom('object', 'text', 'encoded twice', 'cut', 'list', 'none'),
      form: fc.constantFrom('function', 'function', 'custom', 'legacy', 'part'),
    }),
    { maxLength: 3 },
  ),
  id: ids,
  name: names,
});

/** One pixel. What follows a PNG is ignored, so every image of a history differs from the others. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function base64(text: string, before = ''): string {
  return Buffer.concat([Buffer.from(before, 'base64'), Buffer.from(text)]).toString('base64');
}

function build(plans: readonly Plan[], dialect: HistoryDialect): History {
  const pieces: Piece[] = [];
  const piece = (place: Place): string => {
    const text = `piece${pieces.length}.`;
    pieces.push({ place, text });
    return text;
  };
  const attach = (text: string): string => {
    pieces.push({ place: 'attachment', text });
    return text;
  };
  const imageData = (): string => attach(base64(`image ${pieces.length}`, PIXEL));

  const attachmentPart = (attachment: Plan['attachment']): Fields[] => {
    switch (attachment) {
      case 'none':
        return [];
      case 'image':
        return [{ type: 'image_url', image_url: { url: `data:image/jpg;base64,${imageData()}` } }];
      case 'text file': {
        const data = base64(attach(`file ${pieces.length}.`));
        return [{ type: 'file', file: { filename: 'a.csv', file_data: `data:text/csv;base64,${data}` } }];
      }
      case 'PDF':
        return [{ type: 'file', file: { file_data: attach(base64(`%PDF-1.7 ${pieces.length}`)) } }];
    }
  };

  const contentOf = ({ content, attachment, kind }: Plan, place: Place): Fields => {
    const isData = kind === 'result' && content === 'data';
    if (isData) return { content: [{ rows: [piece(place), 5] }, piece(place)] };
    switch (content) {
      case 'null':
        return { content: null };
      case 'absent':
        return {};
      case 'part':
        return { content: { type: 'text', text: piece(place) } };
      case 'parts': {
        const text = (): Fields => ({ type: 'text', text: piece(place) });
        const thinking = kind === 'assistant' ? [{ type: 'thinking', thinking: 'Hm.' }] : [];
        return { content: [...thinking, text(), ...attachmentPart(attachment), text()] };
      }
      case 'text':
      case 'data': {
        const images = dialect === 'ollama' && attachment === 'image' ? { images: [imageData()] } : {};
        return { content: piece(place), ...images };
      }
    }
  };

  const argumentsOf = (form: Plan['calls'][number]['arguments']): Json => {
    if (form === 'none') return dialect === 'ollama' ? [] : 'null';
    const text = piece('argument');
    switch (form) {
      case 'object':
        return dialect === 'ollama' ? { q: text } : JSON.stringify({ q: text });
      case 'text':
        return JSON.stringify({ q: text });
      case 'encoded twice':
        return JSON.stringify(JSON.stringify({ q: text }));
      case 'cut':
        return `{"q": "${text}`;
      case 'list':
        return JSON.stringify([text]);
    }
  };

  const assistantOf = (chosen: Plan): Fields => {
    const message: Fields = { role: 'assistant', ...contentOf(chosen, 'assistant') };
    const calls: Fields[] = [];
    for (const call of chosen.calls) {
      const { id, name, form } = call;
      const isList = Array.isArray(message['content']);
      if (form === 'part' && isList) {
        const part = { type: 'tool_use', id, name, input: { q: piece('argument') } };
        message['content'] = [...(message['content'] as readonly Json[]), part];
      } else if (form === 'custom' && dialect === 'openai') {
        calls.push({ id, type: 'custom', custom: { name, input: piece('argument') } });
      } else if (form === 'legacy' && dialect === 'openai' && message['function_call'] === undefined) {
        message['function_call'] = { name, arguments: argumentsOf(call.arguments) };
      } else calls.push({ id, function: { name, arguments: argumentsOf(call.arguments) } });
    }
    return calls.length === 0 ? message : { ...message, tool_calls: calls };
  };

  const messageOf = (chosen: Plan): Fields => {
    switch (chosen.kind) {
      case 'system':
      case 'user':
        return { role: chosen.kind, ...contentOf(chosen, chosen.kind) };
      case 'assistant':
        return assistantOf(chosen);
      case 'result': {
        const named = chosen.name === '' ? {} : { name: chosen.name };
        const identified = chosen.id === '' ? {} : { tool_call_id: chosen.id };
        const role = chosen.id === 'c' ? 'function' : 'tool';
        return { role, ...named, ...identified, ...contentOf(chosen, 'result') };
      }
    }
  };

  const built = plans.map(messageOf);
  // The newest question must have content.
  built.push({ role: 'user', content: piece('user') });
  return { messages: built, pieces };
}

/** Histories of up to 12 messages. */
export function histories(dialect: HistoryDialect): fc.Arbitrary<History> {
  return fc.array(plan, { maxLength: 12 }).map((plans) => build(plans, dialect));
}
