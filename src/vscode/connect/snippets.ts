/** Snippets that several clients share. Pure. */
import type { Json } from '../../core/json.js';
import type { Snippet, Target } from './guide.js';
import { t } from '../platform/localize.js';

/** The prompt of the examples. */
export const EXAMPLE_PROMPT = 'Why is the sky blue?';

export const BASE_URL = t('Base URL');

/** One value for a field of a settings page. */
export const fieldSnippet = (label: string, text: string): Snippet => ({ label, language: 'text', text });

export const modelSnippet = (model: string): Snippet => fieldSnippet(t('Model'), model);

/** A field for the API key; none when no token is required. */
export const keySnippets = ({ token }: Target): Snippet[] =>
  token === undefined ? [] : [fieldSnippet(t('API Key'), token)];

export const jsonSnippet = (label: string, value: Json): Snippet => ({
  label,
  language: 'json',
  text: JSON.stringify(value, undefined, 2),
});

/** `Claude Sonnet` for `claude-sonnet`. */
export const displayName = (model: string): string =>
  model
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

/** An API key for clients that require one in any case. */
export const keyOrDummy = ({ token }: Target): string => token ?? 'none';

/** A provider in the configuration format of opencode. */
export function opencodeProvider(target: Target) {
  return {
    npm: '@ai-sdk/openai-compatible',
    name: 'Claude',
    options: { baseURL: `${target.url}/v1`, apiKey: keyOrDummy(target) },
    models: Object.fromEntries(
      target.models.map((model) => [
        model,
        {
          name: displayName(model),
          attachment: true,
          tool_call: true,
          limit: { context: 200_000, output: 32_000 },
        },
      ]),
    ),
  };
}

/** A complete configuration file of opencode, or of an agent that uses its format. */
export const opencodeConfiguration = ($schema: string, target: Target) => ({
  $schema,
  model: `claude/${target.model}`,
  provider: { claude: opencodeProvider(target) },
});

export interface CommandSnippetOptions {
  readonly platform: NodeJS.Platform;
  /** Environment variables. Values must not contain quotes or line breaks. */
  readonly env?: Readonly<Record<string, string>>;
  readonly command: string;
}

/** A command for PowerShell on Windows, and for a POSIX shell on other systems. */
export function commandSnippet({ platform, env = {}, command }: CommandSnippetOptions): Snippet {
  const variables = Object.entries(env);
  return platform === 'win32'
    ? {
        label: 'PowerShell',
        language: 'powershell',
        text: [...variables.map(([name, value]) => `$env:${name}="${value}"`), command].join('\n'),
      }
    : {
        label: t('Terminal'),
        language: 'sh',
        text: [...variables.map(([name, value]) => `${name}=${value}`), command].join(' '),
      };
}
