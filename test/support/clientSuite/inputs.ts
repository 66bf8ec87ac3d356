/** What client programs of every language send and receive: one definition for all suites. */

export const MODEL = 'claude-sonnet';
export const UNKNOWN_MODEL = 'nope-7b';
export const SYSTEM = 'You answer in one sentence.';

/** The user's text of each feature. The scripted model recognizes the feature by it. */
export const PROMPTS = {
  chat: 'Why is the sky blue?',
  usage: 'How many tokens is this?',
  stream: 'Count to four, slowly.',
  thinking: 'Think before you answer: what is 6 × 7?',
  tool: 'How warm is it in Köln?',
  streamedTool: 'How warm is it in Köln today?',
  parallelTools: 'Where is it warmer, in Köln or in Oslo?',
  streamedParallelTools: 'Where is it warmer today, in Köln or in Oslo?',
  schema: 'Describe a cat as data.',
  image: 'What is in this image?',
  history: 'Remember the number 4711.',
  historyNext: 'Which number was it?',
  cancel: 'Tell a very long story.',
  apiError: 'What happens when the credit is used up?',
  unknownModel: 'Does anybody hear this?',
  embeddings: 'Represent this as a vector.',
  countTokens: 'Count the tokens of this sentence, please.',
} as const;

/** The answers of the scripted model; in pieces where the stream is checked. */
export const ANSWERS = {
  chat: 'Rayleigh scattering, größtenteils. 🌤',
  usage: 'About five.',
  stream: ['One 🦙,', ' two,', ' three,', ' vier.'],
  thinking: 'It is 42.',
  thoughts: 'Six times seven makes forty-two.',
  beforeCall: 'Let me look.',
  tool: 'It is 21 °C in Köln.',
  parallelTools: 'It is warmer in Köln.',
  image: 'A single dot.',
  history: 'I will.',
  historyNext: 'It was 4711.',
} as const;

/** Tokens that the API reports for the feature "usage". */
export const USAGE = { input_tokens: 12, output_tokens: 34 } as const;

/** A function that clients offer, as JSON Schema. */
export const TOOL = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'The name of the city.' } },
    required: ['city'],
  },
} as const;

/** What the function returns, by its argument `city`. */
export const TOOL_RESULTS = { Köln: '21 °C', Oslo: '12 °C' } as const;

export const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    legs: { type: 'integer' },
    colors: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'legs', 'colors'],
} as const;
export const OBJECT = { name: 'Minka', legs: 4, colors: ['black', 'weiß'] } as const;

/** One red dot. */
export const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The JSON that a client program reads from stdin. */
export interface ProgramInput {
  /** The server's address, without a path. */
  readonly url: string;
  /** The features to run, in this order. */
  readonly features: readonly string[];
}

/** The complete input of a client program. */
export const programInput = (input: ProgramInput) => ({
  ...input,
  model: MODEL,
  unknownModel: UNKNOWN_MODEL,
  system: SYSTEM,
  prompts: PROMPTS,
  tool: TOOL,
  toolResults: TOOL_RESULTS,
  schema: SCHEMA,
  image: IMAGE,
});
