/** Loads the translation of tools when a request needs it: the validator of schemas is large. */
import type { ChatRequest, ResponseFormat } from '../../core/chat.js';
import type { Json, JsonObject } from '../../core/json.js';
import type { TranslatedRequest, TranslationOptions } from './offeredTool.js';

/** The check of the loaded bundle. */
let answerProblem: ((schema: JsonObject, answer: Json) => string | undefined) | undefined;

/**
 * Loads the translation, which takes about 0.1 s, so that the first request with tools does not wait for it. Call it while a
 * process starts: the CLI takes longer.
 */
export async function preloadTranslation(): Promise<void> {
  (await import('./requestTools.js')).prepareValidation();
}

/**
 * Translates a request that has tools, calls or a schema; any other one stays as it is.
 * @throws ChatError `badRequest` with the name of the tool and the reason if a tool cannot be offered
 */
export async function translateTools(
  request: ChatRequest,
  options: TranslationOptions,
): Promise<TranslatedRequest> {
  if (!concernsTools(request)) return { request, toClient: (event) => event };
  const bundle = await import('./requestTools.js');
  ({ answerProblem } = bundle);
  return bundle.translateRequest(request, options);
}

function concernsTools({ tools, format, messages }: ChatRequest): boolean {
  const hasCalls = messages.some((message) => message.content.some((part) => part.type === 'toolCall'));
  return tools.length > 0 || format?.type === 'schema' || hasCalls;
}

/**
 * Checks a structured answer of a request that was translated.
 * @returns what does not match, in words for the model; `undefined` if the answer matches its format
 */
export function checkAnswer(format: ResponseFormat, answer: Json): string | undefined {
  return format.type === 'schema' ? answerProblem?.(format.schema, answer) : undefined;
}
