import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  canonicalSetup,
  INITIAL_SETUP,
  setupFor,
  setupRequests,
  type ProcessSetup,
} from '../../../../src/claude/conversation/processSetup.js';
import type { ChatRequest } from '../../../../src/core/chat.js';
import type { JsonObject } from '../../../../src/core/json.js';

const MODELS = ['default', 'sonnet', 'opus[1m]', 'claude-haiku-4-5-20251001'];
const SCHEMA = { type: 'object', properties: { n: { type: 'number' } } };

function request(more: Partial<ChatRequest> = {}): ChatRequest {
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'q' }] }];
  return { lane: 'chat', model: 'm', system: '', messages, tools: [], stop: [], ...more };
}

describe('canonicalSetup', () => {
  const base = request();

  for (const [what, change] of [
    ['the model', { model: 'n' }],
    ['the system prompt', { system: 's' }],
    ['the tools', { tools: [{ name: 'f', description: '', parameters: {} }] }],
    ['the format', { format: { type: 'json' } }],
    ['thinking that is shown', { thinking: { show: true } }],
  ] as const) {
    it(`differs by ${what}`, () => {
      assert.notEqual(canonicalSetup(setupFor(base)), canonicalSetup(setupFor({ ...base, ...change })));
    });
  }

  for (const [what, withSchema] of [
    ['a tool', (parameters) => ({ tools: [{ name: 'f', description: '', parameters }] })],
    ['a structured answer', (schema) => ({ format: { type: 'schema', schema } })],
  ] as const satisfies readonly (readonly [string, (schema: JsonObject) => Partial<ChatRequest>])[]) {
    it(`differs by the order of the properties of ${what}, in which the model fills them in`, () => {
      const of = (...names: string[]): string =>
        canonicalSetup(
          setupFor(
            request(
              withSchema({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) }),
            ),
          ),
        );
      assert.equal(of('reason', 'answer'), of('reason', 'answer'));
      assert.notEqual(of('reason', 'answer'), of('answer', 'reason'));
    });
  }

  for (const [what, change] of [
    ['the messages', { messages: [{ role: 'user', content: [{ type: 'text', text: 'other' }] }] }],
    ['the effort', { thinking: { show: false, effort: 'high' } }],
    ['stop sequences', { stop: ['x'] }],
    ['the client', { client: 'c' }],
  ] as const) {
    it(`does not differ by ${what}`, () => {
      assert.equal(canonicalSetup(setupFor(base)), canonicalSetup(setupFor({ ...base, ...change })));
    });
  }
});

describe('canonicalSetup in the workspace lane', () => {
  const base = request({ lane: 'workspace' });

  it('differs by the tool choice, which a new process gets with its system prompt', () => {
    const choice = { required: true, single: false };
    const forced = setupFor({ ...base, toolChoice: choice });
    assert.notEqual(canonicalSetup(setupFor(base)), canonicalSetup(forced));
    assert.match(forced.system, /calling one of the tools of the client/);
    assert.notEqual(
      canonicalSetup(forced),
      canonicalSetup(setupFor({ ...base, toolChoice: { ...choice, name: 'f' } })),
    );
  });

  it('does not differ by the effort', () => {
    const other = { ...base, thinking: { show: false, effort: 'high' as const } };
    assert.equal(canonicalSetup(setupFor(base)), canonicalSetup(setupFor(other)));
  });
});

describe('setupFor', () => {
  it("keeps a system prompt apart from the CLI's own first line, which begins in the same way", () => {
    const header = 'x-anthropic-billing-header: cc_version=1;';
    assert.equal(setupFor(request({ system: header })).system, `\n${header}`);
    assert.equal(setupFor(request({ system: `Be brief.\n${header}` })).system, `Be brief.\n${header}`);
  });

  it('forces the tool for a structured answer and turns thinking off', () => {
    const setup = setupFor(request({ format: { type: 'schema', schema: SCHEMA } }));
    assert.deepEqual(setup.api.body, { tool_choice: { type: 'tool', name: 'StructuredOutput' } });
    assert.equal(setup.api.thinkingOff, true);
    assert.deepEqual(setup.offer.answerSchema, SCHEMA);
  });

  it('lets the model call another tool before the structured answer', () => {
    const tools = [{ name: 'f', description: '', parameters: {} }];
    const { api } = setupFor(request({ tools, format: { type: 'json' } }));
    assert.deepEqual(api.body, { tool_choice: { type: 'any' } });
  });

  it('forces no tool when the client wants the model to think, because the API would reject it', () => {
    const setup = setupFor(request({ format: { type: 'json' }, thinking: { mode: 'on', show: true } }));
    assert.deepEqual(setup.api.body, {});
    assert.equal(setup.api.thinkingOff, false);
  });
});

/** Applies control requests to the state of a simulated CLI. */
function apply(state: Map<string, unknown>, requests: readonly object[]): void {
  for (const { subtype, ...rest } of requests as ({ subtype: string } & Record<string, unknown>)[]) {
    if (subtype === 'set_model') {
      state.set('model', rest['model']);
      if (rest['system_prompt'] !== undefined) state.set('system', rest['system_prompt']);
    } else if (subtype === 'set_max_thinking_tokens') state.set('display', rest['thinking_display']);
    else {
      const settings = rest['settings'] as Record<string, unknown>;
      for (const [name, value] of Object.entries(settings)) {
        if (name === 'env') for (const [key, text] of Object.entries(value as object)) state.set(key, text);
        else state.set(name, value);
      }
    }
  }
}

describe('setupRequests', () => {
  it("extends the user's own fields of the request body, and restores them afterwards", () => {
    const own = '{"metadata":{"team":"a"},"tool_choice":{"type":"auto"}}';
    const environment = { CLAUDE_CODE_EXTRA_BODY: own, CLAUDE_CODE_DISABLE_THINKING: '0' };
    const plain = setupFor(request());
    const structured = setupFor(request({ format: { type: 'json' } }));
    const envOf = (from: ProcessSetup, to: ProcessSetup): unknown =>
      setupRequests(from, to, environment).map((message) => (message['settings'] as JsonObject)['env']);
    assert.deepEqual(envOf(plain, structured), [
      {
        CLAUDE_CODE_EXTRA_BODY: JSON.stringify({
          metadata: { team: 'a' },
          tool_choice: { type: 'tool', name: 'StructuredOutput' },
        }),
        CLAUDE_CODE_DISABLE_THINKING: '1',
      },
    ]);
    assert.deepEqual(envOf(structured, plain), [environment]);
    assert.deepEqual(setupRequests(INITIAL_SETUP, { ...plain, model: INITIAL_SETUP.model }, environment), []);
  });

  it('sets no model for the default, and a full id without a request to the API', () => {
    const id = 'claude-haiku-4-5-20251001';
    const requestsFor = (model: string, system = ''): JsonObject[] =>
      setupRequests(INITIAL_SETUP, setupFor(request({ model, system }))).filter(
        (message) => !('agent' in ((message['settings'] as JsonObject | undefined) ?? {})),
      );
    const asSetting = { subtype: 'apply_flag_settings', settings: { model: id } };
    assert.deepEqual(requestsFor('default'), []);
    assert.deepEqual(requestsFor('opus'), [{ subtype: 'set_model', model: 'opus' }]);
    assert.deepEqual(requestsFor(id), [asSetting]);
    assert.deepEqual(requestsFor(id, 'S'), [
      { subtype: 'set_model', model: 'default', system_prompt: 'S' },
      asSetting,
    ]);
  });

  it('returns no requests between equal set-ups', () => {
    const setup = setupFor(request({ system: 'S', thinking: { show: true, effort: 'low' } }));
    assert.deepEqual(setupRequests(setup, { ...setup }), []);
  });

  it('removes the system prompt by removing the agent', () => {
    const from = setupFor(request({ system: 'S' }));
    const [first] = setupRequests(from, setupFor(request()));
    assert.deepEqual(first, { subtype: 'apply_flag_settings', settings: { agent: null } });
  });

  it('leads to the same set-up from every earlier set-up', () => {
    const setups: fc.Arbitrary<ProcessSetup> = fc
      .record({
        model: fc.constantFrom(...MODELS),
        system: fc.constantFrom('', 'A', 'B'),
        show: fc.boolean(),
        effort: fc.constantFrom(undefined, 'low' as const, 'high' as const),
        format: fc.constantFrom(undefined, { type: 'json' as const }),
      })
      .map(({ model, system, show, effort, format }) =>
        setupFor(
          request({
            model,
            system,
            thinking: { show, ...(effort === undefined ? {} : { effort }) },
            ...(format === undefined ? {} : { format }),
          }),
        ),
      );
    fc.assert(
      fc.property(fc.array(setups, { minLength: 1, maxLength: 6 }), (steps) => {
        const state = new Map<string, unknown>([['model', INITIAL_SETUP.model]]);
        let from = INITIAL_SETUP;
        for (const to of steps) {
          apply(state, setupRequests(from, to));
          from = to;
        }
        assert.equal(state.get('model'), from.model);
        // Without a system prompt there is no agent; with one, there is the agent and the prompt.
        assert.equal(state.get('agent') ?? null, from.system === '' ? null : 'blank');
        if (from.system !== '') assert.equal(state.get('system'), from.system);
        assert.equal(state.get('display') ?? null, from.showThinking ? 'summarized' : null);
        assert.equal(state.get('effortLevel') ?? null, from.api.effort);
        assert.equal(state.get('CLAUDE_CODE_DISABLE_THINKING') ?? '', from.api.thinkingOff ? '1' : '');
        const body = state.get('CLAUDE_CODE_EXTRA_BODY') ?? '';
        assert.equal(body, Object.keys(from.api.body).length === 0 ? '' : JSON.stringify(from.api.body));
      }),
    );
  });
});
