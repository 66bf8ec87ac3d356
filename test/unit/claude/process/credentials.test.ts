import assert from 'node:assert/strict';
import {
  credentialSource,
  credentialsRemedy,
  environmentSecrets,
} from '../../../../src/claude/process/credentials.js';

describe('credentialSource', () => {
  const table = [
    ['ANTHROPIC_API_KEY', {}, { type: 'variable', name: 'ANTHROPIC_API_KEY' }],
    ['apiKeyHelper', { CLAUDE_CODE_OAUTH_TOKEN: 'x' }, { type: 'helper' }],
    ['none', {}, { type: 'signIn' }],
    [undefined, { ANTHROPIC_AUTH_TOKEN: '' }, { type: 'signIn' }],
    ['none', { ANTHROPIC_AUTH_TOKEN: 'x' }, { type: 'variable', name: 'ANTHROPIC_AUTH_TOKEN' }],
    ['none', { CLAUDE_CODE_OAUTH_TOKEN: 'x' }, { type: 'variable', name: 'CLAUDE_CODE_OAUTH_TOKEN' }],
    ['ANTHROPIC_API_KEY', { CLAUDE_CODE_USE_BEDROCK: '1' }, { type: 'cloud', name: 'Amazon Bedrock' }],
    ['none', { CLAUDE_CODE_USE_VERTEX: 'true' }, { type: 'cloud', name: 'Google Vertex AI' }],
    ['none', { CLAUDE_CODE_USE_BEDROCK: '0' }, { type: 'signIn' }],
  ] as const;
  for (const [reported, environment, expected] of table) {
    it(`is ${JSON.stringify(expected)} for ${reported} and ${JSON.stringify(environment)}`, () => {
      assert.deepEqual(credentialSource(reported, environment), expected);
    });
  }

  it('has a remedy that names what the user must change', () => {
    assert.match(credentialsRemedy({ type: 'signIn' }), /claude auth login/);
    assert.match(credentialsRemedy({ type: 'helper' }), /apiKeyHelper/);
    assert.match(
      credentialsRemedy({ type: 'variable', name: 'ANTHROPIC_AUTH_TOKEN' }),
      /ANTHROPIC_AUTH_TOKEN/,
    );
  });
});

describe('environmentSecrets', () => {
  it('are the values of keys, tokens and headers, but no short or harmless ones', () => {
    const environment = {
      ANTHROPIC_API_KEY: ' key-of-gateway ',
      ANTHROPIC_AUTH_TOKEN: 'short',
      AWS_SECRET_ACCESS_KEY: 'aws-secret-1',
      CLAUDE_CODE_OAUTH_TOKEN: undefined,
      ANTHROPIC_BASE_URL: 'http://gateway.example',
      ANTHROPIC_CUSTOM_HEADERS: 'X-Team: blue-team\nX-Auth: header-secret',
      PATH: '/usr/bin:/usr/local/bin',
    };
    assert.deepEqual(environmentSecrets(environment), [
      'key-of-gateway',
      'aws-secret-1',
      'blue-team',
      'header-secret',
    ]);
  });
});
