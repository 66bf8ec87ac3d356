/** Tools with names and schemas that the API or the CLI does not take reach the model whole, and their calls the client. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatEvent, ChatMessage, ToolSpec } from '../../src/core/chat.js';
import { ChatError } from '../../src/core/errors.js';
import type { JsonObject } from '../../src/core/json.js';
import { repairTool } from '../../src/claude/tools/toolRepair.js';
import { errorReply, messageReply, textReply, toolReply } from '../standin/server.js';
import { toolsRefusal } from '../support/apiToolRules.js';
import { answerOf, never, request, startCliRig, user, type Answer, type CliRig } from '../support/cliRig.js';
import { draft7Schemas, sloppySchemas } from '../support/randomSchemas.js';

/** Sets of up to five tools. The sets of one request are offered together. */
const SETS = process.env['SOAK'] === '1' ? 1000 : 60;
const SETS_IN_A_REQUEST = 20;

/** Schemas of structured answers. Each needs a request of its own. */
const FORMATS = process.env['SOAK'] === '1' ? { chat: 1000, workspace: 200 } : { chat: 10, workspace: 5 };

interface ApiTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

describe('tools of clients', function () {
  this.timeout(900_000);
  let rig: CliRig;

  beforeEach(async () => {
    rig = await startCliRig({ limits: { processes: 1 } });
  });
  afterEach(() => rig.close());

  const ask = (
    tools: readonly ToolSpec[],
    messages: readonly ChatMessage[] = [user('hi')],
  ): Promise<Answer> => answerOf(rig.backend.chat(request(messages, { tools }), never()));

  function toolsAtTheApi(): ApiTool[] {
    return (rig.standIn.requests.at(-1)!.body.tools ?? []).map((tool) => ({
      name: tool.name,
      description: tool['description'] as string,
      parameters: tool['input_schema'] as JsonObject,
    }));
  }

  /** The blocks of that type in the last request, in order. */
  function blocksAtTheApi(type: string): JsonObject[] {
    const { messages } = rig.standIn.requests.at(-1)!.body;
    const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
    return blocks.filter((block) => block.type === type) as unknown as JsonObject[];
  }

  const callsIn = (events: readonly ChatEvent[]): (readonly [string, JsonObject])[] =>
    events.flatMap((event) =>
      event.type === 'toolCall' ? [[event.call.name, event.call.arguments] as const] : [],
    );

  it(`reach the model in ${SETS} random sets, each with the whole of its repaired schema`, async () => {
    const set = fc.array(fc.oneof(sloppySchemas(), draft7Schemas({ rootCombinators: true })), {
      minLength: 1,
      maxLength: 5,
    });
    const sets = fc.sample(set, SETS);
    for (let first = 0; first < SETS; first += SETS_IN_A_REQUEST) {
      const schemas = sets.slice(first, first + SETS_IN_A_REQUEST).flat();
      const named = schemas.map((parameters, i) => ({
        name: `t${first}_${i}`,
        description: 'd',
        parameters,
      }));
      const offered = named.filter(isUsable);
      rig.standIn.reply(textReply('A'));
      await ask(offered);
      const arrived = toolsAtTheApi();
      assert.equal(toolsRefusal(arrived), undefined);
      const byName = new Map(arrived.map((tool) => [tool.name, tool]));
      assert.equal(byName.size, offered.length);
      for (const tool of offered) {
        const { description, parameters } = repairTool(tool);
        assert.deepEqual(byName.get(tool.name), { name: tool.name, description, parameters });
      }
    }
  });

  const NAMES = [
    'ToolSearch',
    'StructuredOutput',
    'Agent',
    'ExitPlanMode',
    'Edit',
    'SendMessage',
    'Bash',
    'mcp__ide__getDiagnostics',
    'mcp__client__x',
    'a.b/c d',
    '天気',
    'n'.repeat(128),
    'n'.repeat(140),
  ];
  /** Properties that the CLI removes from the schemas or from the calls of its own tools. */
  const ARGUMENTS = {
    name: 'n',
    team_name: 't',
    mode: 'm',
    launchSwarm: true,
    plan: 'p',
    recipient: 'r',
    content: 'c  \n',
    old_string: ' a',
    new_string: 'b  \n',
  };
  const SCHEMA = {
    type: 'object',
    properties: Object.fromEntries(Object.keys(ARGUMENTS).map((name) => [name, {}])),
  };
  const namedTools = NAMES.map((name): ToolSpec => ({ name, description: 'd', parameters: SCHEMA }));

  it('reach the model with any name, and the calls come back with the client’s names', async () => {
    rig.standIn.reply(textReply('A'));
    await ask(namedTools);
    const arrived = toolsAtTheApi();
    assert.equal(toolsRefusal(arrived), undefined);
    assert.deepEqual(
      arrived.map((tool) => tool.parameters),
      NAMES.map(() => SCHEMA),
    );
    const calls = arrived.map((tool, i) => ({
      type: 'tool_use' as const,
      id: `toolu_${i}`,
      name: tool.name,
      input: ARGUMENTS,
    }));
    rig.standIn.reply(messageReply(calls));
    const { events } = await ask(namedTools, [user('call all')]);
    const names = callsIn(events).map(([name]) => name);
    assert.deepEqual(names.toSorted(), NAMES.toSorted());
    for (const [, values] of callsIn(events)) assert.deepEqual(values, ARGUMENTS);
  });

  it('keep the arguments of their calls in a history', async () => {
    const call = (i: number) => ({ id: `c${i}`, name: NAMES[i]!, arguments: ARGUMENTS });
    const content = NAMES.map((_, i) => ({ type: 'toolCall' as const, call: call(i) }));
    const results = NAMES.map((_, i) => ({
      type: 'toolResult' as const,
      callId: `c${i}`,
      content: [{ type: 'text' as const, text: `r${i}` }],
      isError: false,
    }));
    rig.standIn.reply(textReply('A'));
    await ask(namedTools, [user('hi'), { role: 'assistant', content }, { role: 'user', content: results }]);
    const uses = blocksAtTheApi('tool_use');
    assert.deepEqual(
      uses.map((use) => use['input']),
      NAMES.map(() => ARGUMENTS),
    );
    const offered = new Set(toolsAtTheApi().map((tool) => tool.name));
    for (const use of uses) assert.ok(offered.has(use['name'] as string));
  });

  it('have their refused properties renamed, in calls and in the history, and the conversation continues', async () => {
    const tool = {
      name: 'save',
      description: '',
      parameters: {
        type: 'object',
        properties: { größe: { type: 'integer' }, 'a b': {} },
        required: ['größe'],
      },
    };
    rig.standIn.reply(
      toolReply({ id: 'toolu_1', name: 'save', input: ['{"gro', 'sse":5,"a_', 'b":{"größe":1}}'] }),
    );
    const { events } = await ask([tool]);
    const values = { größe: 5, 'a b': { größe: 1 } };
    assert.deepEqual(callsIn(events), [['save', values]]);
    rig.standIn.reply(textReply('done'));
    const call = { id: 'toolu_1', name: 'save', arguments: values };
    const result = {
      type: 'toolResult',
      callId: 'toolu_1',
      content: [{ type: 'text', text: 'ok' }],
      isError: false,
    } as const;
    await ask(
      [tool],
      [
        user('hi'),
        { role: 'assistant', content: [{ type: 'toolCall', call }] },
        { role: 'user', content: [result] },
      ],
    );
    assert.deepEqual(
      blocksAtTheApi('tool_use').map((use) => use['input']),
      [{ grosse: 5, a_b: { größe: 1 } }],
    );
  });

  it('are refused before the model is asked when one cannot be called', async () => {
    const odd = { name: 'odd', description: '', parameters: { type: 'string' } };
    await assert.rejects(ask([odd]), { kind: 'badRequest', message: /tool "odd".*"string"/ });
    assert.equal(rig.standIn.requests.length, 0);
  });

  for (const lane of ['chat', 'workspace'] as const) {
    it(`leave the answer to one of ${FORMATS[lane]} random schemas of the format (${lane})`, async () => {
      await rig.close();
      rig = await startCliRig({ limits: { processes: 1 }, workspace: {} });
      for (const schema of fc.sample(draft7Schemas({ rootCombinators: true }), FORMATS[lane])) {
        rig.standIn.reply(errorReply(400, 'The end of the test.'));
        const asked = request([user('hi')], { lane, format: { type: 'schema', schema } });
        await assert.rejects(answerOf(rig.backend.chat(asked, never())), /The end of the test/);
        const [structured, ...others] = toolsAtTheApi().filter((tool) => tool.name === 'StructuredOutput');
        assert.deepEqual(others, []);
        assert.equal(structured && toolsRefusal([structured]), undefined);
        assert.notDeepEqual(structured?.parameters, { type: 'object' });
      }
    });
  }

  it('leave the names in a structured answer as they are', async () => {
    const schema = {
      type: 'object',
      properties: { größe: { type: 'integer' }, next: { $ref: '#' } },
      required: null,
    };
    const answer = '{"größe": 3, "next": {"größe": 4}}';
    rig.standIn.reply(
      toolReply({ id: 'toolu_1', name: 'StructuredOutput', input: ['{"val', 'ue": ', answer, '}'] }),
    );
    const asked = request([user('hi')], { format: { type: 'schema', schema } });
    const { text } = await answerOf(rig.backend.chat(asked, never()));
    assert.equal(text, answer);
    assert.equal(toolsRefusal(toolsAtTheApi()), undefined);
  });
});

/** Whether the tool can be called at all. */
function isUsable(tool: ToolSpec): boolean {
  try {
    repairTool(tool);
    return true;
  } catch (error) {
    assert.ok(error instanceof ChatError && error.kind === 'badRequest');
    return false;
  }
}
