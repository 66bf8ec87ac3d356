/** Where the CLI gets the credentials that it sends to the API, and what the user does if the API rejects them. Pure. */
import { SIGN_IN_INSTRUCTION } from '../../core/signIn.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** `cloud`: the credentials of a cloud provider. `helper`: the setting `apiKeyHelper`. `signIn`: `claude auth login`. */
export type CredentialSource =
  { readonly type: 'cloud' | 'variable'; readonly name: string } | { readonly type: 'helper' | 'signIn' };

/** Variables that make the CLI use a cloud provider instead of Anthropic's API. */
const CLOUDS: readonly (readonly [variable: string, provider: string])[] = [
  ['CLAUDE_CODE_USE_BEDROCK', 'Amazon Bedrock'],
  ['CLAUDE_CODE_USE_MANTLE', 'Amazon Bedrock'],
  ['CLAUDE_CODE_USE_ANTHROPIC_AWS', 'Amazon Web Services'],
  ['CLAUDE_CODE_USE_VERTEX', 'Google Vertex AI'],
  ['CLAUDE_CODE_USE_FOUNDRY', 'Microsoft Foundry'],
];

/** Variables with credentials, in the order in which the CLI prefers them. */
const TOKEN_VARIABLES = ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'] as const;

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|true|yes|on)$/i.test(value);
}

/**
 * @param apiKeySource what the CLI reports in `system/init`: `ANTHROPIC_API_KEY`, `apiKeyHelper`, `none`, …
 * @param environment of the CLI process
 */
export function credentialSource(
  apiKeySource: string | undefined,
  environment: Environment,
): CredentialSource {
  const cloud = CLOUDS.find(([variable]) => isOn(environment[variable]));
  if (cloud !== undefined) return { type: 'cloud', name: cloud[1] };
  if (apiKeySource === 'ANTHROPIC_API_KEY') return { type: 'variable', name: apiKeySource };
  if (apiKeySource === 'apiKeyHelper') return { type: 'helper' };
  const variable = TOKEN_VARIABLES.find((name) => (environment[name] ?? '') !== '');
  return variable === undefined ? { type: 'signIn' } : { type: 'variable', name: variable };
}

/** What the API rejects, as the object of a sentence. */
export function credentialsName(source: CredentialSource): string {
  switch (source.type) {
    case 'cloud':
      return `the credentials for ${source.name}`;
    case 'helper':
      return 'the key that "apiKeyHelper" in the settings of Claude returns';
    case 'signIn':
      return "Claude's credentials";
    case 'variable':
      return `the value of ${source.name}`;
  }
}

/** What the user does about rejected credentials: one or two sentences. */
export function credentialsRemedy(source: CredentialSource): string {
  switch (source.type) {
    case 'cloud':
      return `Renew the credentials for ${source.name}, then try again.`;
    case 'helper':
      return 'Correct the command in "apiKeyHelper", then try again.';
    case 'signIn':
      return `${SIGN_IN_INSTRUCTION}, then try again.`;
    case 'variable':
      return (
        `Correct ${source.name} in the environment or in the settings of Claude, or remove it to use the account ` +
        'of the CLI. Then restart VS Code or the server.'
      );
  }
}

/** Names of variables whose values are secrets. */
const SECRET_NAME = /^(ANTHROPIC|CLAUDE|AWS)_.*(KEY|TOKEN|SECRET|PASSWORD)$/i;
/** Shorter values may be parts of ordinary words. */
const MIN_SECRET_LENGTH = 8;

/** The secrets in the environment of the CLI, to be masked in texts of the API: gateways repeat the key that they reject. */
export function environmentSecrets(environment: Environment): string[] {
  const values = Object.entries(environment).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name) ? [value.trim()] : [],
  );
  const headers = (environment['ANTHROPIC_CUSTOM_HEADERS'] ?? '')
    .split('\n')
    .map((line) => line.slice(line.indexOf(':') + 1).trim());
  return [...values, ...headers].filter((value) => value.length >= MIN_SECRET_LENGTH);
}
