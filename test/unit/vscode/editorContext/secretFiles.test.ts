import assert from 'node:assert/strict';
import { looksSecret } from '../../../../src/vscode/editorContext/secretFiles.js';

describe('looksSecret is true for', () => {
  for (const path of [
    '.env',
    '.env.local',
    'server/.ENV.production',
    'prod.env',
    'certs/server.pem',
    'server.key',
    'id_rsa',
    'keys/id_ed25519.pub',
    '.npmrc',
    'home\\.netrc',
    '.git-credentials',
    '.ssh/config',
    '.aws/config',
    '.git/config',
    'credentials',
    'config/credentials.json',
    'secrets.yaml',
    'secrets/db.yaml',
    'api-key.txt',
    'tokens.json',
    'service-account.json',
    'main.tfstate',
  ]) {
    it(path, () => assert.equal(looksSecret(path), true));
  }
});

describe('looksSecret is false for', () => {
  for (const path of [
    'src/cart.ts',
    'src/token.ts',
    'src/secretFiles.ts',
    'credentials.test.py',
    'README.md',
    'package.json',
    'src/environment.ts',
    'tokenizer.json',
    '.github/workflows/ci.yml',
    'keyboard.txt',
  ]) {
    it(path, () => assert.equal(looksSecret(path), false));
  }
});
