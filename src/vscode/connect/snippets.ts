/** The forms that snippets of several clients share. Pure. */
import type { Json } from '../../core/json.js';
import type { Snippet, Target } from './guide.js';

/** What the examples ask. */
export const QUESTION = 'Why is the sky blue?';

export const BASE_URL = 'Base URL';

/** One value, for a field of a settings page. */
export const field = (label: string, text: string): Snippet => ({ label, language: 'text', text });

export const modelField = (model: string): Snippet => field('Model', model);

/** A field for the key, if there is one. */
export const keyField = ({ token }: Target): Snippet[] =>
  token === undefined ? [] : [field('API Key', token)];

export const json = (label: string, value: Json): Snippet => ({
  label,
  language: 'json',
  text: JSON.stringify(value, undefined, 2),
});

/** `claude-sonnet` as people write it. */
export const titleOf = (model: string): string =>
  model
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

/** What stands where a client insists on a key. */
export const keyOf = ({ token }: Target): string => token ?? 'none';

/** The models for agents that are made of opencode. */
export function openaiProvider(target: Target) {
  return {
    npm: '@ai-sdk/openai-compatible',
    name: 'Claude',
    options: { baseURL: `${target.url}/v1`, apiKey: keyOf(target) },
    models: Object.fromEntries(
      target.models.map((model) => [
        model,
        {
          name: titleOf(model),
          attachment: true,
          tool_call: true,
          limit: { context: 200_000, output: 32_000 },
        },
      ]),
    ),
  };
}

/** The whole configuration of such an agent. */
export const agentConfiguration = ($schema: string, target: Target) => ({
  $schema,
  model: `claude/${target.model}`,
  provider: { claude: openaiProvider(target) },
});

/**
 * A command with variables, for the shell that people have there: PowerShell on Windows, a POSIX shell elsewhere.
 * Values may hold anything but quotes and line breaks.
 */
export function command(
  platform: NodeJS.Platform,
  variables: Readonly<Record<string, string>>,
  text: string,
): Snippet {
  const pairs = Object.entries(variables);
  return platform === 'win32'
    ? {
        label: 'PowerShell',
        language: 'powershell',
        text: [...pairs.map(([name, value]) => `$env:${name}="${value}"`), text].join('\n'),
      }
    : {
        label: 'Terminal',
        language: 'sh',
        text: [...pairs.map(([name, value]) => `${name}=${value}`), text].join(' '),
      };
}
