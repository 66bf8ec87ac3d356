/** Texts that make regular expressions slow, in every field that is matched: they must cost no more than other texts. */
import assert from 'node:assert/strict';
import { type Ask, ask, type Rig, startRig, stopRigs, USER_HI } from '../support/endpointRig.js';

const LENGTH = process.env['SOAK'] === '1' ? 1_000_000 : 50_000;
/** Maximum cost, in relation to the same amount of `a`. Generous: a slow pattern costs thousands of times more. */
const MAX_RATIO = 20;
/** CPU milliseconds that are always allowed, because they cannot be measured reliably. */
const NOISE_MS = 60;
/** The cost of a field is the lowest of this many tries, because other work of this process is also measured. */
const TRIES = 10;

/** Texts that are repeated up to the length. */
const UNITS = [
  '(((',
  '@@@@',
  '    ',
  '\\',
  '"',
  '//',
  '/t/',
  'a ',
  '{{',
  '<',
  '1h',
  '9',
  '::',
  '..',
  '%2',
  '\n',
  ' \t',
  'Ā',
  '[]',
  'bearer ',
  'sk-ant-',
  '{{ if .Prompt }}',
  '{{ range .Messages }}x{{ end }}',
  '{{ .Prompt }}',
  '{"a":',
  'authorization: ',
];

/** Field → a request with the text in it. */
const FIELDS: Readonly<Record<string, (text: string) => Ask>> = {
  'the name of a model': at('/api/chat', (model) => ({ model, messages: USER_HI })),
  'the name of a model at /v1': at('/v1/chat/completions', (model) => ({ model, messages: USER_HI })),
  'the name of a model to be shown': at('/api/show', (model) => ({ model })),
  'the name of a model to be pulled': at('/api/pull', (model) => ({ model })),
  'the name of a copy': at('/api/copy', (destination) => ({ source: 'claude-sonnet', destination })),
  'a message': at('/api/chat', (content) => ({ messages: [{ role: 'user', content }] })),
  'a system prompt': at('/api/generate', (system) => ({ prompt: 'hi', system })),
  'a prompt': at('/api/generate', (prompt) => ({ prompt })),
  'a suffix': at('/api/generate', (suffix) => ({ prompt: 'hi', suffix })),
  'a template': at('/api/generate', (template) => ({ prompt: 'hi', template })),
  'a role': at('/api/chat', (role) => ({ messages: [{ role, content: 'hi' }] })),
  'a duration': at('/api/chat', (text) => ({ messages: USER_HI, keep_alive: text })),
  'a format': at('/api/chat', (format) => ({ messages: USER_HI, format })),
  'the thinking level': at('/api/chat', (think) => ({ messages: USER_HI, think })),
  'a stop sequence': at('/api/chat', (stop) => ({ messages: USER_HI, options: { stop: [stop] } })),
  'an option': at('/api/chat', (odd) => ({ messages: USER_HI, options: { odd, [odd]: 1 } })),
  'an image': at('/api/chat', (image) => ({ messages: [{ role: 'user', content: 'x', images: [image] }] })),
  'the address of an image': at('/v1/chat/completions', (url) => ({
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  })),
  'the data of an image': at('/v1/chat/completions', (data) => ({
    messages: [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }] },
    ],
  })),
  'the name of a tool': at('/api/chat', (name) => ({ messages: USER_HI, tools: [tool(name, 'x')] })),
  'the description of a tool': at('/api/chat', (text) => ({ messages: USER_HI, tools: [tool('f', text)] })),
  'the arguments of a call': at('/v1/chat/completions', (text) => ({
    messages: [
      ...USER_HI,
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: text } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ],
  })),
  'the id of a call': at('/v1/chat/completions', (id) => ({
    messages: [...USER_HI, { role: 'tool', tool_call_id: id, content: 'x' }],
  })),
  'an input': at('/v1/responses', (input) => ({ input })),
  instructions: at('/v1/responses', (instructions) => ({ input: 'hi', instructions })),
  'a message on Anthropic’s route': at('/v1/messages', (content) => ({
    messages: [{ role: 'user', content }],
  })),
  'a malformed body': (text) => ({ path: '/api/chat', body: text }),
  'a body that is malformed at its end': (text) => ({
    path: '/api/chat',
    body: `{"model":${JSON.stringify(text)}`,
  }),
};
/** The same for the head, which has a lower limit. */
const HEAD_FIELDS: Readonly<Record<string, (text: string) => Ask>> = {
  'a path': (text) => ({ path: `/${encodeURI(text)}` }),
  'a path that names a model': (text) => ({ path: `/v1/models/${encodeURIComponent(text)}` }),
  'a token in a path': (text) => ({ path: `/t/${encodeURIComponent(text)}/api/tags` }),
  'a host': inHeader('host'),
  'an origin': inHeader('origin'),
  'a referer': inHeader('referer'),
  'a token': inHeader('authorization'),
  'a content type': inHeader('content-type'),
  'an encoding': inHeader('content-encoding'),
  'the name of a client': inHeader('user-agent'),
};
const HEAD_LENGTH = 8_000;

function at(path: string, more: (text: string) => object): (text: string) => Ask {
  return (text) => ({
    path,
    body: JSON.stringify({ model: 'claude-sonnet', stream: false, max_tokens: 9, ...more(text) }),
  });
}

function tool(name: string, description: string): object {
  return {
    type: 'function',
    function: { name, description, parameters: { type: 'object', properties: {} } },
  };
}

function inHeader(name: string): (text: string) => Ask {
  return (text) => ({
    path: '/api/show',
    body: '{"model":"sonnet"}',
    headers: { [name]: text.replace(/[^\t -~]/g, '.') },
  });
}

const filled = (unit: string, bytes: number): string =>
  // Escaping in JSON can double the length.
  unit.repeat(Math.floor(bytes / Buffer.byteLength(JSON.stringify(unit).slice(1, -1))));

/** The CPU time that a request costs this process, in milliseconds. Elapsed time would depend on other processes. */
async function costOf(rig: Rig, asked: Ask): Promise<number> {
  const before = process.cpuUsage();
  const { body } = await ask(rig, asked);
  const { user, system } = process.cpuUsage(before);
  assert.doesNotMatch(body.slice(0, 200), /Internal error/);
  return (user + system) / 1_000;
}

describe('the cost of a long text', () => {
  let rig: Rig;
  let worst = 0;
  before(async () => (rig = await startRig({ settings: { token: undefined } })));
  after(async () => {
    console.log(`    ${UNITS.length} texts in each field cost at most ${worst.toFixed(0)} ms of CPU time`);
    await stopRigs();
  });

  const fields = [
    ...Object.entries(FIELDS).map(([where, make]) => [where, make, LENGTH] as const),
    ...Object.entries(HEAD_FIELDS).map(([where, make]) => [where, make, HEAD_LENGTH] as const),
  ];
  for (const [where, make, length] of fields) {
    it(`does not depend on its content in ${where}`, async () => {
      await costOf(rig, make(filled('a', length)));
      const plain = await costOf(rig, make(filled('a', length)));
      const max = MAX_RATIO * plain + NOISE_MS;
      for (const unit of UNITS) {
        const request = make(filled(unit, length));
        let cost = Number.POSITIVE_INFINITY;
        for (let tries = 0; tries < TRIES && cost > max; tries += 1)
          cost = Math.min(cost, await costOf(rig, request));
        worst = Math.max(worst, cost);
        assert.ok(
          cost <= max,
          `${JSON.stringify(unit)}: ${cost} ms, but ${plain} ms for the same length of a`,
        );
      }
    });
  }
});
