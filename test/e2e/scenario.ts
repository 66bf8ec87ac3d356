/** Random conversations as data: what the user of a client does, turn by turn. */
import fc from 'fast-check';
import { FAULTS, type Fault } from './faults.js';

export type Step =
  /** Sends a prompt. Several conversations deliberately send equal prompts. */
  | { readonly do: 'prompt'; readonly text: string }
  /** Sends a prompt that makes the model think. */
  | { readonly do: 'think' }
  /** Sends a prompt that is answered with tool calls, and then their results, perhaps reordered or with more text. */
  | {
      readonly do: 'useTool';
      readonly calls: number;
      readonly ids: boolean;
      readonly reversed: boolean;
      readonly remark: boolean;
    }
  /** Discards the last answer and sends its prompt again. */
  | { readonly do: 'regenerate' }
  /** Goes back to an earlier prompt (counted from the end) and sends another one instead. */
  | { readonly do: 'edit'; readonly back: number }
  /** Discards everything from an earlier prompt on. */
  | { readonly do: 'branch'; readonly back: number }
  /** Changes the text of the last answer, and sends a prompt. */
  | { readonly do: 'correct' }
  /** Changes an earlier prompt, keeps everything after it, and sends a prompt. */
  | { readonly do: 'rewrite'; readonly back: number }
  /** Discards everything before an earlier prompt, as clients do with long conversations, and sends a prompt. */
  | { readonly do: 'trim'; readonly back: number }
  /** Sends the same request several times at once, and keeps one of the answers. */
  | { readonly do: 'duplicate'; readonly copies: number; readonly text: string }
  /** Disconnects during an answer, and keeps nothing, the prompt, or the prompt and the text received so far. */
  | { readonly do: 'abort'; readonly keep: 'nothing' | 'prompt' | 'part' }
  /** Sends a prompt that the API answers with an error, and perhaps sends it again. */
  | { readonly do: 'fail'; readonly status: 400 | 529; readonly retry: boolean }
  /** Sends a prompt for whose answer the connection to the API breaks. */
  | { readonly do: 'cut' }
  /** Sends a prompt that the model answers so that the CLI would ask it again, and perhaps sends it again. */
  | { readonly do: 'fault'; readonly fault: Fault; readonly retry: boolean }
  | { readonly do: 'changeSystem'; readonly system: string }
  | { readonly do: 'changeModel'; readonly model: string };

export interface Scenario {
  readonly model: string;
  readonly system: string;
  readonly tools: boolean;
  readonly steps: readonly Step[];
}

const TEXTS = ['hi', 'go on', '\n  why?\t', '/compact', '@file 👍 "\\', '{"type":"result"}\n'];
const SYSTEMS = ['', 'Be brief.', 'Be brief.\n', 'Be long.'];
const MODELS = ['claude-sonnet', 'claude-haiku'];

const text = fc.constantFrom(...TEXTS);
const system = fc.constantFrom(...SYSTEMS);
const model = fc.constantFrom(...MODELS);
const back = fc.integer({ min: 1, max: 3 });
const of = fc.constant;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: of('prompt' as const), text }) },
  { weight: 3, arbitrary: fc.record({ do: of('think' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: of('useTool' as const),
      calls: fc.integer({ min: 1, max: 2 }),
      ids: fc.boolean(),
      reversed: fc.boolean(),
      remark: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: of('regenerate' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: of('edit' as const), back }) },
  { weight: 2, arbitrary: fc.record({ do: of('branch' as const), back }) },
  { weight: 1, arbitrary: fc.record({ do: of('correct' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: of('rewrite' as const), back }) },
  { weight: 1, arbitrary: fc.record({ do: of('trim' as const), back }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: of('duplicate' as const), copies: fc.integer({ min: 2, max: 3 }), text }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of('abort' as const),
      keep: fc.constantFrom('nothing' as const, 'prompt' as const, 'part' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of('fail' as const),
      status: fc.constantFrom(400 as const, 529 as const),
      retry: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: of('cut' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: of('fault' as const),
      fault: fc.constantFrom(...FAULTS),
      retry: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: of('changeSystem' as const), system }) },
  { weight: 1, arbitrary: fc.record({ do: of('changeModel' as const), model }) },
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  model,
  system,
  tools: fc.boolean(),
  steps: fc.array(step, { minLength: 2, maxLength: 7, size: 'max' }),
});

const prompt: Step = { do: 'prompt', text: 'hi' };

/** The first scenarios of every run, so that even a short run has each kind of step after a successful turn. */
const FIXED_SCENARIOS: readonly Scenario[] = [
  {
    model: 'claude-sonnet',
    system: 'Be brief.',
    tools: false,
    steps: [
      prompt,
      prompt,
      { do: 'rewrite', back: 2 },
      { do: 'rewrite', back: 1 },
      { do: 'edit', back: 2 },
      { do: 'correct' },
      { do: 'trim', back: 1 },
      { do: 'changeSystem', system: 'Be long.' },
      prompt,
    ],
  },
  {
    model: 'claude-sonnet',
    system: 'Be brief.',
    tools: true,
    steps: [
      { do: 'useTool', calls: 2, ids: true, reversed: true, remark: false },
      { do: 'rewrite', back: 1 },
      { do: 'useTool', calls: 1, ids: false, reversed: false, remark: true },
      { do: 'duplicate', copies: 2, text: 'go on' },
      { do: 'fail', status: 400, retry: true },
      prompt,
    ],
  },
  {
    model: 'claude-sonnet',
    system: 'Be brief.',
    tools: false,
    steps: [
      prompt,
      { do: 'abort', keep: 'nothing' },
      { do: 'think' },
      { do: 'abort', keep: 'part' },
      prompt,
      { do: 'regenerate' },
      { do: 'cut' },
      { do: 'changeModel', model: 'claude-haiku' },
      prompt,
    ],
  },
];

/** Each kind of faulty answer in the middle of a conversation. */
const FAULTY_SCENARIOS: readonly Scenario[] = [0, 5].map((from) => ({
  model: 'claude-sonnet',
  system: '',
  tools: true,
  steps: [
    prompt,
    ...FAULTS.slice(from, from + 5).map((fault, i): Step => ({ do: 'fault', fault, retry: i % 2 === 0 })),
    prompt,
  ],
}));

/** The fixed scenarios and random ones. The same seed gives the same scenarios. */
export function randomScenarios(seed: number, count: number): Scenario[] {
  const fixed = [...FAULTY_SCENARIOS, ...FIXED_SCENARIOS];
  return [...fixed, ...fc.sample(scenario, { seed, numRuns: count - fixed.length })];
}
