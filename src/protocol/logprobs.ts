/** Log probabilities: Claude reports none. As in Ollama, the number asked for is checked anyway. */
import { badRequest } from '../core/errors.js';

const MAX_TOP_LOGPROBS = 20;

/** @throws ChatError `badRequest` with Ollama's message */
export function checkTopLogprobs(count: number | undefined): void {
  if (count !== undefined && (count < 0 || count > MAX_TOP_LOGPROBS)) {
    throw badRequest(`top_logprobs must be between 0 and ${MAX_TOP_LOGPROBS}`);
  }
}
