import assert from 'node:assert/strict';
import { CLIENTS, findClient } from '../../../../src/vscode/connect/clients.js';
import { applyEdit, candidatePaths } from '../../../../src/vscode/connect/fileEdit.js';
import {
  guideOf,
  guideWithoutToken,
  TOKEN_PLACEHOLDER,
  type Client,
  type EndpointInfo,
} from '../../../../src/vscode/connect/guide.js';
import {
  firstSnippetLines,
  guideMarkdown,
  snippetHeadingLines,
} from '../../../../src/vscode/connect/guideMarkdown.js';
import { modelsForGuides } from '../../../../src/vscode/connect/modelNames.js';

const TOKEN = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4';
const ENDPOINT: EndpointInfo = {
  localUrl: 'http://127.0.0.1:11500',
  externalUrl: 'https://external.example.com',
  models: ['claude-opus', 'claude', 'claude-sonnet'],
  token: undefined,
  platform: 'linux',
};
const everyEndpoint: EndpointInfo[] = [
  ENDPOINT,
  { ...ENDPOINT, token: TOKEN },
  { ...ENDPOINT, platform: 'win32' },
  { ...ENDPOINT, platform: 'darwin', token: TOKEN },
];

function client(id: string): Client {
  const found = findClient(id);
  assert.ok(found, id);
  return found;
}
const snippetTexts = (one: Client, endpoint: EndpointInfo): string[] =>
  guideOf(one, endpoint).snippets.map(({ text }) => text);

describe('CLIENTS', () => {
  it('have unique ids and titles, contiguous groups and documentation', () => {
    assert.equal(new Set(CLIENTS.map(({ id }) => id)).size, CLIENTS.length);
    assert.equal(new Set(CLIENTS.map(({ title }) => title)).size, CLIENTS.length);
    const groups = CLIENTS.map(({ group }) => group);
    const runs = groups.filter((group, index) => group !== groups[index - 1]);
    assert.equal(new Set(runs).size, runs.length);
    for (const { docs } of CLIENTS) assert.match(docs, /^https:\/\//);
  });
});

describe('guideOf', () => {
  for (const one of CLIENTS) {
    it(`${one.title}: contains the right URL and model, and one to three steps`, () => {
      for (const endpoint of everyEndpoint) {
        const { steps } = guideOf(one, endpoint);
        assert.ok(steps.length >= 1 && steps.length <= 3);
        const all = snippetTexts(one, endpoint).join('\n');
        const { localUrl, externalUrl } = ENDPOINT;
        const { runsOnUserMachine = false } = one;
        assert.ok(all.includes(runsOnUserMachine ? externalUrl : localUrl), all);
        assert.ok(!all.includes(runsOnUserMachine ? localUrl : externalUrl), all);
        // In these clients, the user chooses a model from the list that the server provides.
        if (!['ollama-extension', 'jetbrains', 'open-webui', 'xcode'].includes(one.id)) {
          assert.ok(all.includes('claude-opus'), all);
        }
      }
    });

    it(`${one.title}: contains the token only if one is required`, () => {
      const [withoutToken = ''] = snippetTexts(one, ENDPOINT);
      assert.doesNotMatch(withoutToken, /Bearer|\/t\/|undefined/);
      const [first = ''] = snippetTexts(one, { ...ENDPOINT, token: TOKEN });
      const all = snippetTexts(one, { ...ENDPOINT, token: TOKEN }).join('\n');
      assert.ok(first.includes(TOKEN) || all.includes(`\n${TOKEN}`), all);
    });

    it(`${one.title}: shows a placeholder instead of the token on the screen`, () => {
      const endpoint = { ...ENDPOINT, token: TOKEN };
      const shown = guideMarkdown(one, guideWithoutToken(one, endpoint), []);
      assert.ok(!shown.includes(TOKEN));
      assert.ok(shown.includes(TOKEN_PLACEHOLDER));
    });

    it(`${one.title}: has snippets in the language of their label`, () => {
      for (const endpoint of everyEndpoint) {
        for (const { language, text } of guideOf(one, endpoint).snippets) {
          assert.equal(text, text.trim());
          if (language === 'json') JSON.parse(text);
          if (language === 'text') assert.ok(!text.includes('\n'));
        }
      }
    });
  }
});

describe('guideMarkdown', () => {
  it('makes a document in which the headings and the first snippet can be found', () => {
    for (const one of CLIENTS) {
      const guide = guideOf(one, ENDPOINT);
      const text = guideMarkdown(one, guide, ['A note.']);
      const lines = text.split('\n');
      assert.deepEqual(
        snippetHeadingLines(text).map((line) => lines[line]),
        guide.snippets.map(({ label }) => `## ${label}`),
      );
      const { first, last } = firstSnippetLines(text);
      assert.equal(lines.slice(first, last + 1).join('\n'), guide.snippets[0].text);
      assert.ok(text.includes('\n> A note.\n'));
    }
  });
});

describe('applyEdit', () => {
  it('writes exactly the snippet to a missing or empty file', () => {
    for (const one of CLIENTS) {
      const { file, snippets } = guideOf(one, ENDPOINT);
      if (file === undefined) continue;
      for (const before of [undefined, '', ' \n']) {
        assert.deepEqual(applyEdit(before, file.edit, snippets[0].text), {
          kind: 'changed',
          text: `${snippets[0].text}\n`,
        });
      }
    }
  });

  it('does not change a file that contains the snippet', () => {
    for (const one of CLIENTS) {
      const { file, snippets } = guideOf(one, ENDPOINT);
      if (file === undefined) continue;
      assert.deepEqual(
        applyEdit(`${snippets[0].text}\n`, file.edit, snippets[0].text),
        { kind: 'present' },
        one.id,
      );
    }
  });

  it('does not change a file with other content that belongs to one configuration alone', () => {
    const { file, snippets } = guideOf(client('codex'), ENDPOINT);
    assert.ok(file);
    assert.deepEqual(applyEdit('model = "mine"\n', file.edit, snippets[0].text), { kind: 'unsafe' });
  });

  it('keeps the other providers in the file', () => {
    const { file, snippets } = guideOf(client('opencode'), ENDPOINT);
    assert.ok(file);
    const result = applyEdit(
      '{\n  // my comment\n  "model": "x/y",\n  "provider": { "x": {} }\n}\n',
      file.edit,
      snippets[0].text,
    );
    assert.ok(result.kind === 'changed');
    assert.match(
      result.text,
      /^\{\n {2}\/\/ my comment\n {2}"model": "x\/y",\n {2}"provider": \{ "x": \{\}, "claude": \{/,
    );
  });
});

describe('candidatePaths', () => {
  it('returns the paths that the client reads', () => {
    const opencode = {
      root: 'config',
      names: ['opencode/opencode.jsonc', 'opencode/opencode.json'],
    } as const;
    const linux = { home: '/home/me', platform: 'linux', env: {} } as const;
    assert.deepEqual(candidatePaths(opencode, linux), [
      '/home/me/.config/opencode/opencode.jsonc',
      '/home/me/.config/opencode/opencode.json',
    ]);
    assert.deepEqual(candidatePaths(opencode, { ...linux, env: { XDG_CONFIG_HOME: '/c' } }), [
      '/c/opencode/opencode.jsonc',
      '/c/opencode/opencode.json',
    ]);
    const continueConfig = { root: 'home', names: ['.continue/config.yaml'] } as const;
    const windows = { home: 'C:\\Users\\me', platform: 'win32', env: {} } as const;
    assert.deepEqual(candidatePaths(continueConfig, windows), ['C:\\Users\\me\\.continue\\config.yaml']);
  });
});

describe('modelsForGuides', () => {
  const listed = ['claude:latest', 'claude-sonnet:latest', 'claude-opus:latest', 'claude-sonnet:workspace'];

  it('returns the models of the chat lane without their tag, Sonnet first', () => {
    assert.deepEqual(modelsForGuides(listed, ''), ['claude-sonnet', 'claude', 'claude-opus']);
  });

  it("puts the user's default model first, if it is listed", () => {
    assert.equal(modelsForGuides(listed, 'claude-opus:latest')[0], 'claude-opus');
    assert.equal(modelsForGuides(listed, 'missing')[0], 'claude-sonnet');
    assert.equal(modelsForGuides(['claude:latest'], '')[0], 'claude');
  });

  it('returns the models of every CLI version when the server lists none', () => {
    assert.deepEqual(modelsForGuides([], ''), ['claude-sonnet', 'claude-opus', 'claude-haiku']);
  });
});
