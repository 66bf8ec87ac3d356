import assert from 'node:assert/strict';
import { badRequestMessage } from '../../badRequestMessage.js';
import { type Body, namesOf, responseRequestOf, responsesBodyOf } from '../requests.js';

const SEARCH = { type: 'function', name: 'search', description: 'd', parameters: { type: 'object' } };
const refusalOf = (body: Body): string | undefined => badRequestMessage(() => responsesBodyOf(body));

/** As Codex 0.169 sends them. */
const AGENTS = {
  type: 'namespace',
  name: 'agents',
  description: 'About sub-agents.',
  tools: [
    {
      type: 'function',
      name: 'spawn',
      description: 'Starts one.',
      strict: false,
      parameters: { type: 'object' },
    },
    { type: 'function', name: 'close', description: '', strict: false, parameters: { type: 'object' } },
  ],
};

describe('the tools of /v1/responses', () => {
  it('are offered with their names and schemas, also in the form of chats', () => {
    const nested = { type: 'function', function: { name: 'nested', parameters: { type: 'object' } } };
    assert.deepEqual(responseRequestOf({ tools: [SEARCH, nested] }).tools, [
      { name: 'search', description: 'd', parameters: { type: 'object' } },
      { name: 'nested', description: '', parameters: { type: 'object' } },
    ]);
  });

  it('include custom tools, with the grammar of their input', () => {
    for (const [format, expected] of [
      [undefined, 'Patches.'],
      [{ type: 'text' }, 'Patches.'],
      [
        { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
        'Patches.\n\nThe input must match this lark grammar:\nstart: "x"',
      ],
      [
        { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } },
        'Patches.\n\nThe input must match this regex grammar:\na+',
      ],
    ] as const) {
      const tool = { type: 'custom', name: 'patch', description: 'Patches.', format: format ?? null };
      const [offered] = responseRequestOf({ tools: [tool] }).tools;
      assert.equal(offered?.name, 'patch');
      assert.equal(offered.description, expected);
      assert.deepEqual(offered.parameters['required'], ['input']);
    }
  });

  it('include the tools of a namespace, and describe the namespace once', () => {
    const { tools } = responseRequestOf({ tools: [AGENTS] });
    assert.deepEqual(
      tools.map(({ name, description }) => [name, description]),
      [
        ['agents__spawn', 'Starts one.\n\nAbout all tools of "agents": About sub-agents.'],
        ['agents__close', ''],
      ],
    );
    const allowed = { type: 'allowed_tools', tools: [{ type: 'function', name: 'close' }] };
    assert.deepEqual(
      responseRequestOf({ tools: [AGENTS], tool_choice: allowed }).tools.map(
        ({ description }) => description,
      ),
      ['About all tools of "agents": About sub-agents.'],
    );
  });

  it('have different names when namespaces contain the same name', () => {
    const inner = { type: 'function', name: 'get' };
    const tools = [
      { type: 'namespace', name: 'a__', tools: [inner] },
      { type: 'namespace', name: 'a', tools: [inner] },
      { type: 'function', name: 'a__get' },
    ];
    assert.deepEqual(namesOf(responseRequestOf({ tools })), ['a__get', 'a__get_2', 'a__get_3']);
  });

  it('include the built-in tools that the client runs', () => {
    const tools = [
      { type: 'local_shell' },
      { type: 'shell', environment: { type: 'local' } },
      { type: 'apply_patch' },
      { type: 'tool_search', execution: 'client', description: 'Finds.', parameters: { type: 'object' } },
    ];
    assert.deepEqual(namesOf(responseRequestOf({ tools })), [
      'local_shell',
      'shell',
      'apply_patch',
      'tool_search',
    ]);
  });

  it('include those that a search has found, once', () => {
    const found = {
      type: 'tool_search_output',
      call_id: '1',
      execution: 'client',
      status: 'completed',
      tools: [AGENTS, { ...SEARCH, defer_loading: true }, { type: 'mcp', server_label: 'm' }],
    };
    const input = [found, { type: 'message', role: 'user', content: 'hi' }, found];
    const body = responsesBodyOf({ input, tools: [SEARCH] });
    assert.deepEqual(
      body.offeredTools.tools.map(({ name }) => name),
      ['search', 'agents__spawn', 'agents__close'],
    );
    assert.deepEqual(body.notes, ["tool mcp left out, it runs on OpenAI's servers only"]);
  });

  it('leave out abilities of OpenAI’s servers, with a line for the log', () => {
    const optional = ['web_search', 'web_search_preview', 'image_generation', 'programmatic_tool_calling'];
    const tools = [
      ...optional.map((type) => ({ type })),
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'tool_search' },
      SEARCH,
    ];
    const body = responsesBodyOf({ tools });
    assert.deepEqual(
      body.offeredTools.tools.map(({ name }) => name),
      ['search'],
    );
    assert.deepEqual(
      body.notes,
      [...optional, 'code_interpreter'].map(
        (type) => `tool ${type} left out, it runs on OpenAI's servers only`,
      ),
    );
  });

  it('are refused if only OpenAI can run them and they contain something of the client', () => {
    for (const tool of [
      { type: 'file_search', vector_store_ids: ['vs_1'] },
      { type: 'mcp', server_label: 'docs', server_url: 'https://example.com' },
      { type: 'computer_use_preview', display_width: 1, display_height: 1, environment: 'browser' },
      { type: 'shell', environment: { type: 'container_auto' } },
      { type: 'code_interpreter', container: 'cntr_1' },
      { type: 'code_interpreter', container: { type: 'auto', file_ids: ['file_1'] } },
    ]) {
      assert.match(refusalOf({ tools: [tool] }) ?? '', new RegExp(`"${tool.type}" cannot be used here`));
    }
  });

  it('are refused if their type is unknown, or if two have the same name', () => {
    assert.equal(refusalOf({ tools: [{ type: 'weird' }] }), 'tools: unknown tool type: "weird"');
    assert.equal(
      refusalOf({ tools: [SEARCH, { ...SEARCH, description: 'other' }] }),
      'tools: there are two different tools with the name "search"',
    );
    assert.deepEqual(namesOf(responseRequestOf({ tools: [SEARCH, SEARCH] })), ['search']);
  });
});

describe('tool_choice of /v1/responses', () => {
  const PATCH = { type: 'custom', name: 'patch' };
  const tools = [SEARCH, PATCH, AGENTS, { type: 'apply_patch' }, { type: 'web_search' }];
  const choose = (tool_choice: Body | string, more: Body = {}): unknown =>
    responseRequestOf({ tools, tool_choice, ...more }).toolChoice;

  it('requires one tool by its type and name', () => {
    for (const [choice, name] of [
      [{ type: 'function', name: 'search' }, 'search'],
      [{ type: 'function', function: { name: 'search' } }, 'search'],
      [{ type: 'custom', name: 'patch' }, 'patch'],
      [{ type: 'custom', custom: { name: 'patch' } }, 'patch'],
      [{ type: 'function', name: 'close', namespace: 'agents' }, 'agents__close'],
      [{ type: 'function', name: 'close' }, 'agents__close'],
      [{ type: 'apply_patch' }, 'apply_patch'],
    ] as const) {
      assert.deepEqual(choose(choice), { required: true, name, single: false });
    }
  });

  it('requires any tool, or none, or leaves the choice', () => {
    assert.deepEqual(choose('required'), { required: true, single: false });
    assert.deepEqual(choose({ type: 'any' }), { required: true, single: false });
    assert.equal(choose('auto'), undefined);
    assert.deepEqual(choose('auto', { parallel_tool_calls: false }), { required: false, single: true });
    assert.deepEqual(responseRequestOf({ tools, tool_choice: 'none' }).tools, []);
  });

  it('limits the tools', () => {
    const allowed = [{ type: 'function', name: 'search' }, PATCH, { type: 'web_search' }];
    const request = responseRequestOf({
      tools,
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: allowed },
    });
    assert.deepEqual(namesOf(request), ['search', 'patch']);
    assert.deepEqual(request.toolChoice, { required: true, single: false });
  });

  it('is refused for a tool that is not offered', () => {
    for (const choice of [
      { type: 'function', name: 'patch' },
      { type: 'custom', name: 'search' },
      { type: 'function' },
      { type: 'web_search' },
      { type: 'file_search' },
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'web_search' }] },
    ]) {
      assert.match(
        refusalOf({ tools, tool_choice: choice }) ?? '',
        /^tool_choice: .* is not among the tools/,
      );
    }
  });
});
