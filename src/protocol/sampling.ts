/** The sampling options, which have the same names in every dialect. */
import type { ChatRequest, Sampling } from '../core/chat.js';
import type { Json } from '../core/json.js';

/** The finite number that a text is; `undefined` for other text. */
export function numberOfText(text: string): number | undefined {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/**
 * Reads `temperature`, `top_p` and `top_k`. Some clients send numbers as text. A value that is no finite
 * number is left out.
 * @param valueOf returns the value of an option
 */
export function readSampling(valueOf: (name: string) => Json | undefined): Pick<ChatRequest, 'sampling'> {
  const numberOf = (name: string): number | undefined => {
    const sent = valueOf(name);
    const value = typeof sent === 'string' ? numberOfText(sent) : sent;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const temperature = numberOf('temperature');
  const topP = numberOf('top_p');
  const topK = numberOf('top_k');
  const sampling: Sampling = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  };
  return Object.keys(sampling).length === 0 ? {} : { sampling };
}
