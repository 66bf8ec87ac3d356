/** The texts of the manifest in every language. */
import assert from 'node:assert/strict';
import { read } from './repository.js';

const LANGUAGES = ['de', 'ja', 'zh-cn'];

type Texts = Readonly<Record<string, string>>;

function textsOf(file: string): Texts {
  return JSON.parse(read(file)) as Texts;
}

/** What a translation must keep: code, links to commands and settings, line breaks. */
function fixedParts(text: string): string[] {
  return Array.from(text.matchAll(/`[^`]*`|\(command:[\w.]+\)|#[\w.]+#|\n/g), ([part]) => part).sort();
}

describe('the texts of the manifest', () => {
  const english = textsOf('package.nls.json');

  it('are those that the manifest uses', () => {
    const used = Array.from(read('package.json').matchAll(/"%([\w.]+)%"/g), ([, key]) => key!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(english).sort());
  });

  it('of commands, settings, views and the walkthrough all have a translation', () => {
    const written = Array.from(
      read('package.json').matchAll(
        /"(?:title|description|markdownDescription|contents|altText|name)": "([^"%][^"]*)"/g,
      ),
      ([, text]) => text!,
    );
    // The names of the product and of its package are the same in every language.
    assert.deepEqual([...new Set(written)].sort(), ['Claude Ollama', 'claude-ollama-server']);
  });

  for (const language of LANGUAGES) {
    const translated = textsOf(`package.nls.${language}.json`);

    it(`are complete in ${language}`, () => {
      assert.deepEqual(Object.keys(translated), Object.keys(english));
      for (const [key, text] of Object.entries(translated)) assert.notEqual(text.trim(), '', key);
    });

    it(`keep code, links and line breaks in ${language}`, () => {
      for (const [key, text] of Object.entries(translated)) {
        assert.deepEqual(fixedParts(text), fixedParts(english[key]!), key);
      }
    });
  }
});
