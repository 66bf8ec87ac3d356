/** The sampling options, which have the same names in every dialect. */
import type { ChatRequest, Sampling } from '../core/chat.js';
import type { Json } from '../core/json.js';

/**
 * Reads `temperature`, `top_p` and `top_k`. A value that is not a finite number is left out.
 * @param valueOf returns the value of an option
 */
export function readSampling(valueOf: (name: string) => Json | undefined): Pick<ChatRequest, 'sampling'> {
  const numberOf = (name: string): number | undefined => {
    const value = valueOf(name);
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
