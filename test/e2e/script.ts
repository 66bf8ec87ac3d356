/** Random conversations, as data: what a person does, turn by turn. */
import fc from 'fast-check';

export type Step =
  /** Asks. Equal questions of several conversations are on purpose. */
  | { readonly do: 'ask'; readonly text: string }
  /** Asks something that makes the model think. */
  | { readonly do: 'think' }
  /** Asks, and gives the results of the calls that are the answer, perhaps in another order, perhaps with more to say. */
  | {
      readonly do: 'askWithTool';
      readonly calls: number;
      readonly ids: boolean;
      readonly reversed: boolean;
      readonly remark: boolean;
    }
  /** Throws the last answer away and asks again. */
  | { readonly do: 'regenerate' }
  /** Goes back to an earlier question (counted from the end) and asks another one in its place. */
  | { readonly do: 'edit'; readonly back: number }
  /** Goes back behind an earlier answer and goes on from there. */
  | { readonly do: 'branch'; readonly back: number }
  /** Changes the last answer's text, and asks. */
  | { readonly do: 'correct' }
  /** Changes an earlier question, leaves everything behind it as it was, and asks. */
  | { readonly do: 'rewrite'; readonly back: number }
  /** Forgets all before an earlier question, as clients do when a conversation gets long, and asks. */
  | { readonly do: 'trim'; readonly back: number }
  /** Sends the same request several times at once, and goes on with one of the answers. */
  | { readonly do: 'duplicate'; readonly copies: number; readonly text: string }
  /** Goes away in mid-answer, and keeps nothing of it, its question, or also what it got. */
  | { readonly do: 'leave'; readonly keep: 'nothing' | 'question' | 'part' }
  | { readonly do: 'fail'; readonly status: 400 | 529; readonly retry: boolean }
  | { readonly do: 'stumble' }
  | { readonly do: 'changeSystem'; readonly system: string }
  | { readonly do: 'changeModel'; readonly model: string };

export interface Script {
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
  { weight: 12, arbitrary: fc.record({ do: of('ask' as const), text }) },
  { weight: 3, arbitrary: fc.record({ do: of('think' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: of('askWithTool' as const),
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
      do: of('leave' as const),
      keep: fc.constantFrom('nothing' as const, 'question' as const, 'part' as const),
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
  { weight: 1, arbitrary: fc.record({ do: of('stumble' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: of('changeSystem' as const), system }) },
  { weight: 1, arbitrary: fc.record({ do: of('changeModel' as const), model }) },
);

const script: fc.Arbitrary<Script> = fc.record({
  model,
  system,
  tools: fc.boolean(),
  steps: fc.array(step, { minLength: 2, maxLength: 7, size: 'max' }),
});

const ask: Step = { do: 'ask', text: 'hi' };

/** What every run plays first, however few it has time for: each kind of step behind a turn that ended well. */
const ALWAYS: readonly Script[] = [
  {
    model: 'claude-sonnet',
    system: 'Be brief.',
    tools: false,
    steps: [
      ask,
      ask,
      { do: 'rewrite', back: 2 },
      { do: 'rewrite', back: 1 },
      { do: 'edit', back: 2 },
      { do: 'correct' },
      { do: 'trim', back: 1 },
      { do: 'changeSystem', system: 'Be long.' },
      ask,
    ],
  },
  {
    model: 'claude-sonnet',
    system: 'Be brief.',
    tools: true,
    steps: [
      { do: 'askWithTool', calls: 2, ids: true, reversed: true, remark: false },
      { do: 'rewrite', back: 1 },
      { do: 'askWithTool', calls: 1, ids: false, reversed: false, remark: true },
      { do: 'duplicate', copies: 2, text: 'go on' },
      { do: 'fail', status: 400, retry: true },
      ask,
    ],
  },
  {
    model: 'claude-sonnet',
    system: 'Be brief.',
    tools: false,
    steps: [
      ask,
      { do: 'leave', keep: 'nothing' },
      { do: 'think' },
      { do: 'leave', keep: 'part' },
      ask,
      { do: 'regenerate' },
      { do: 'stumble' },
      { do: 'changeModel', model: 'claude-haiku' },
      ask,
    ],
  },
];

/** The same seed gives the same conversations. */
export function randomScripts(seed: number, count: number): Script[] {
  return [...ALWAYS, ...fc.sample(script, { seed, numRuns: count - ALWAYS.length })];
}
