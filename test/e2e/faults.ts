/** Answers of the model after which the CLI would ask it again on its own. */
import { messageReply, textReply, toolReply, type Reply } from '../standin/server.js';

/** The answers that end with a text or with nothing, and those that are an error. */
export const FAULTS = [
  'maxTokens',
  'refusal',
  'contextFull',
  'pause',
  'empty',
  'whiteSpace',
  'onlyThinking',
  'cutCall',
  'unknownTool',
  'brokenCall',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What the client gets: the whole text, white space at most, or an error. */
export const OUTCOMES: Readonly<Record<Fault, 'text' | 'blank' | 'error'>> = {
  maxTokens: 'text',
  refusal: 'text',
  contextFull: 'text',
  pause: 'text',
  empty: 'blank',
  whiteSpace: 'blank',
  onlyThinking: 'blank',
  cutCall: 'blank',
  unknownTool: 'error',
  brokenCall: 'error',
};

/** As long as a real API takes: the CLI needs some milliseconds to be kept from asking the model again. */
const PACE = { delayMs: 150 };

export function faultyReply(fault: Fault, text: string): Reply {
  switch (fault) {
    case 'maxTokens':
      return textReply(text, { ...PACE, stopReason: 'max_tokens' });
    case 'refusal':
      return textReply(text, { ...PACE, stopReason: 'refusal' });
    case 'contextFull':
      return textReply(text, { ...PACE, stopReason: 'model_context_window_exceeded' });
    case 'pause':
      return textReply(text, { ...PACE, stopReason: 'pause_turn' });
    case 'empty':
      return messageReply([], PACE);
    case 'whiteSpace':
      return textReply(' \n', PACE);
    case 'onlyThinking':
      return messageReply([{ type: 'thinking', thinking: 'Hm.', signature: 's' }], PACE);
    case 'cutCall':
      return toolReply({ id: 't', name: 'look', input: '{"at": "1' }, { ...PACE, stopReason: 'max_tokens' });
    case 'unknownTool':
      return toolReply({ id: 't', name: 'nope', input: {} }, PACE);
    case 'brokenCall':
      return toolReply({ id: 't', name: 'look', input: '{"at": "1' }, PACE);
  }
}
