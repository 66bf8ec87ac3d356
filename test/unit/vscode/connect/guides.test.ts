import assert from 'node:assert/strict';
import { CLIENTS, clientOf } from '../../../../src/vscode/connect/clients.js';
import { candidates, edited } from '../../../../src/vscode/connect/fileEdit.js';
import {
  guideOf,
  shownGuide,
  TOKEN_PLACEHOLDER,
  type Client,
  type Reach,
} from '../../../../src/vscode/connect/guide.js';
import { firstSnippetLines, guideText, headingLines } from '../../../../src/vscode/connect/guideText.js';
import { offered } from '../../../../src/vscode/connect/models.js';

const TOKEN = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4';
const REACH: Reach = {
  near: 'http://127.0.0.1:11500',
  far: 'https://far.example.com',
  models: ['claude-opus', 'claude', 'claude-sonnet'],
  token: undefined,
  platform: 'linux',
};
const everyReach: Reach[] = [
  REACH,
  { ...REACH, token: TOKEN },
  { ...REACH, platform: 'win32' },
  { ...REACH, platform: 'darwin', token: TOKEN },
];

function client(id: string): Client {
  const found = clientOf(id);
  assert.ok(found, id);
  return found;
}
const textsOf = (one: Client, reach: Reach): string[] => guideOf(one, reach).snippets.map(({ text }) => text);

describe('the guide of every client', () => {
  it('has a name of its own, a group that is one in the list, and documentation', () => {
    assert.equal(new Set(CLIENTS.map(({ id }) => id)).size, CLIENTS.length);
    assert.equal(new Set(CLIENTS.map(({ title }) => title)).size, CLIENTS.length);
    const groups = CLIENTS.map(({ group }) => group);
    const runs = groups.filter((group, index) => group !== groups[index - 1]);
    assert.equal(new Set(runs).size, runs.length);
    for (const { docs } of CLIENTS) assert.match(docs, /^https:\/\//);
  });

  for (const one of CLIENTS) {
    it(`${one.title}: names the URL and the model that are right for it, in at most three steps`, () => {
      for (const reach of everyReach) {
        const { steps } = guideOf(one, reach);
        assert.ok(steps.length >= 1 && steps.length <= 3);
        const all = textsOf(one, reach).join('\n');
        assert.ok(all.includes(one.reach === 'near' ? REACH.near : REACH.far), all);
        const other = one.reach === 'near' ? REACH.far : REACH.near;
        assert.ok(!all.includes(other), all);
        // Those that have the person choose from the endpoint's own list need none.
        if (!['ollama-extension', 'jetbrains', 'open-webui'].includes(one.id)) {
          assert.ok(all.includes('claude-opus'), all);
        }
      }
    });

    it(`${one.title}: has the token where there is one, and nothing that looks like it where there is none`, () => {
      const [without = ''] = textsOf(one, REACH);
      assert.doesNotMatch(without, /Bearer|\/t\/|undefined/);
      const [first = ''] = textsOf(one, { ...REACH, token: TOKEN });
      const all = textsOf(one, { ...REACH, token: TOKEN }).join('\n');
      assert.ok(first.includes(TOKEN) || all.includes(`\n${TOKEN}`), all);
    });

    it(`${one.title}: shows no token on the screen`, () => {
      const reach = { ...REACH, token: TOKEN };
      const shown = guideText(one, shownGuide(one, reach), []);
      assert.ok(!shown.includes(TOKEN));
      assert.ok(shown.includes(TOKEN_PLACEHOLDER));
    });

    it(`${one.title}: has snippets in the forms that they are called`, () => {
      for (const reach of everyReach) {
        for (const { language, text } of guideOf(one, reach).snippets) {
          assert.equal(text, text.trim());
          if (language === 'json') JSON.parse(text);
          if (language === 'text') assert.ok(!text.includes('\n'));
        }
      }
    });
  }

  it('is a document whose headings and first snippet can be found again', () => {
    for (const one of CLIENTS) {
      const guide = guideOf(one, REACH);
      const text = guideText(one, guide, ['A note.']);
      const lines = text.split('\n');
      assert.deepEqual(
        headingLines(text).map((line) => lines[line]),
        guide.snippets.map(({ label }) => `## ${label}`),
      );
      const { first, last } = firstSnippetLines(text);
      assert.equal(lines.slice(first, last + 1).join('\n'), guide.snippets[0].text);
      assert.ok(text.includes('\n> A note.\n'));
    }
  });
});

describe('a file of the person', () => {
  it('that is not there gets exactly the snippet', () => {
    for (const one of CLIENTS) {
      const { file, snippets } = guideOf(one, REACH);
      if (file === undefined) continue;
      for (const before of [undefined, '', ' \n']) {
        assert.deepEqual(edited(before, file.edit, snippets[0].text), {
          kind: 'changed',
          text: `${snippets[0].text}\n`,
        });
      }
    }
  });

  it('that got the snippet is not changed again', () => {
    for (const one of CLIENTS) {
      const { file, snippets } = guideOf(one, REACH);
      if (file === undefined) continue;
      assert.deepEqual(
        edited(`${snippets[0].text}\n`, file.edit, snippets[0].text),
        { kind: 'same' },
        one.id,
      );
    }
  });

  it('that is all of one client is not changed when it is another', () => {
    const { file, snippets } = guideOf(client('codex'), REACH);
    assert.ok(file);
    assert.deepEqual(edited('model = "mine"\n', file.edit, snippets[0].text), { kind: 'byHand' });
  });

  it('keeps its other providers', () => {
    const { file, snippets } = guideOf(client('opencode'), REACH);
    assert.ok(file);
    const result = edited(
      '{\n  // mine\n  "model": "x/y",\n  "provider": { "x": {} }\n}\n',
      file.edit,
      snippets[0].text,
    );
    assert.ok(result.kind === 'changed');
    assert.match(
      result.text,
      /^\{\n {2}\/\/ mine\n {2}"model": "x\/y",\n {2}"provider": \{ "x": \{\}, "claude": \{/,
    );
  });

  it('is looked for where its program looks for it', () => {
    const opencode = {
      root: 'config',
      names: ['opencode/opencode.jsonc', 'opencode/opencode.json'],
    } as const;
    assert.deepEqual(candidates(opencode, '/home/me', 'linux', {}), [
      '/home/me/.config/opencode/opencode.jsonc',
      '/home/me/.config/opencode/opencode.json',
    ]);
    assert.deepEqual(candidates(opencode, '/home/me', 'linux', { XDG_CONFIG_HOME: '/c' }), [
      '/c/opencode/opencode.jsonc',
      '/c/opencode/opencode.json',
    ]);
    const own = { root: 'home', names: ['.continue/config.yaml'] } as const;
    assert.deepEqual(candidates(own, 'C:\\Users\\me', 'win32', {}), [
      'C:\\Users\\me\\.continue\\config.yaml',
    ]);
  });
});

describe('the models that are offered', () => {
  const listed = ['claude:latest', 'claude-sonnet:latest', 'claude-opus:latest', 'claude-sonnet:workspace'];

  it('are those of the chat lane, Sonnet first, without their tag', () => {
    assert.deepEqual(offered(listed, ''), ['claude-sonnet', 'claude', 'claude-opus']);
  });

  it("begin with the person's own, if there is such a model", () => {
    assert.equal(offered(listed, 'claude-opus:latest')[0], 'claude-opus');
    assert.equal(offered(listed, 'gone')[0], 'claude-sonnet');
    assert.equal(offered(['claude:latest'], '')[0], 'claude');
  });

  it('are the usual ones where the list cannot be had', () => {
    assert.deepEqual(offered([], ''), ['claude-sonnet', 'claude-opus', 'claude-haiku']);
  });
});
