/** The texts of the manifest and of the user interface in every language. */
import assert from 'node:assert/strict';
import { filesUnder, read } from './repository.js';

const LANGUAGES = ['de', 'ja', 'zh-cn'];

type Texts = Readonly<Record<string, string>>;

function textsOf(file: string): Texts {
  return JSON.parse(read(file)) as Texts;
}

/** What a translation must keep: values, code, links to commands and settings, line breaks. */
function fixedParts(text: string): string[] {
  return Array.from(text.matchAll(/\{\d\}|`[^`]*`|\(command:[\w.]+\)|#[\w.]+#|\n/g), ([part]) => part).sort();
}

function checkTranslations(english: Texts, translated: Texts): void {
  assert.deepEqual(Object.keys(translated).sort(), Object.keys(english).sort());
  for (const [key, text] of Object.entries(translated)) {
    assert.notEqual(text.trim(), '', key);
    assert.deepEqual(fixedParts(text), fixedParts(english[key]!), key);
  }
}

describe('the texts of the manifest', () => {
  const english = textsOf('package.nls.json');

  it('are those that the manifest uses', () => {
    const used = Array.from(read('package.json').matchAll(/"%([\w.]+)%"/g), ([, key]) => key!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(english).sort());
  });

  it('all have a translation, except for names', () => {
    const written = Array.from(
      read('package.json').matchAll(
        /"(?:title|description|markdownDescription|contents|altText|name)": "([^"%][^"]*)"/g,
      ),
      ([, text]) => text!,
    );
    assert.deepEqual([...new Set(written)].sort(), ['Claude Ollama', 'claude-ollama-server']);
  });

  for (const language of LANGUAGES) {
    it(`are complete in ${language}, with the same code, links and line breaks`, () => {
      checkTranslations(english, textsOf(`package.nls.${language}.json`));
    });
  }
});

const SOURCES = [...filesUnder('src/vscode').filter((file) => file.endsWith('.ts')), 'src/extension.ts'];
const CALL = /(?<![\w.])t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;

/** The text of a literal in the source. */
function valueOf(single: string | undefined, double: string | undefined): string {
  return (single ?? double ?? '').replaceAll(/\\(['"\\])/g, '$1');
}

/** The texts that the code translates. */
function translatedTexts(): Texts {
  const texts = SOURCES.flatMap((file) =>
    Array.from(read(file).matchAll(CALL), ([, single, double]) => valueOf(single, double)),
  );
  return Object.fromEntries(texts.map((text) => [text, text]));
}

/** The report of Run Diagnostics is in English: users send it to the authors. The names of clients are the same everywhere. */
const NOT_TRANSLATED = /^src\/vscode\/(?:diagnose|editorContext)\//;
const NAMES = new Set(['npm', 'Homebrew', 'PowerShell', 'URL', 'WinGet']);

/** Where VS Code shows a text: a property, or an argument of a call that shows a message. */
const SHOWN = [
  /\b(?:detail|placeHolder|prompt|openLabel|tooltip|description|meaning|ariaLabel)\b\s*[:=]\s*(['"`])((?:(?!\1).)*)\1/g,
  /\b(?:label|title)\b\s*:\s*(['"`])((?:(?!\1).)*)\1/g,
  /\b(?:show(?:Information|Warning|Error)(?:Message)?|setStatusBarMessage|showStatusMessage|showCopied|whileShowing)\(\s*(['"`])((?:(?!\1).)*)\1/g,
];

/** Whether a text in the source has words of its own: more than values, icons and punctuation. */
function hasWords(text: string): boolean {
  return /[A-Za-z]{2}/.test(text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}|\$\([^)]*\)/g, ''));
}

describe('the texts of the user interface', () => {
  const english = translatedTexts();

  for (const language of LANGUAGES) {
    it(`are complete in ${language}, with the same values`, () => {
      checkTranslations(english, textsOf(`l10n/bundle.l10n.${language}.json`));
    });
  }

  it('are passed to the translation as literals', () => {
    const other = SOURCES.filter((file) => !file.endsWith('/localize.ts')).flatMap((file) =>
      Array.from(read(file).matchAll(/(?<![\w.])t\((?!\s*['"])[^)]*/g), ([call]) => `${file}: ${call}`),
    );
    assert.deepEqual(other, []);
  });

  it('are translated wherever VS Code shows them', () => {
    const found = SOURCES.filter((file) => !NOT_TRANSLATED.test(file)).flatMap((file) =>
      SHOWN.flatMap((pattern) =>
        Array.from(read(file).matchAll(pattern), ([, , text]) => text!)
          .filter((text) => hasWords(text) && !NAMES.has(text))
          .map((text) => `${file}: ${text}`),
      ),
    );
    const unexpected = found.filter((each) => !/^src\/vscode\/connect\/\w+\.ts: /.test(each));
    assert.deepEqual(unexpected, []);
    // In the guides, these are names of clients, fields and files.
    const sentences = found.filter((each) => /: [A-Z].*\.$/.test(each));
    assert.deepEqual(sentences, []);
  });
});
