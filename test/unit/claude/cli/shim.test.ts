import assert from 'node:assert/strict';
import { shimTargets } from '../../../../src/claude/cli/shim.js';

const NPM = 'C:\\Users\\a\\AppData\\Roaming\\npm';
const PNPM = 'C:\\Users\\a\\AppData\\Local\\pnpm';
const BESIDE_NPM = `${NPM}\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`;
const BESIDE_PNPM = `${PNPM}\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`;

/** Made by npm 11 for a package whose command is an executable. */
const OF_NPM = `@ECHO off\r
GOTO start\r
:find_dp0\r
SET dp0=%~dp0\r
EXIT /b\r
:start\r
SETLOCAL\r
CALL :find_dp0\r
"%dp0%\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*\r
`;

/** Made by pnpm 9 for a package whose command is a script. */
const OF_PNPM = `@SETLOCAL\r
@IF NOT DEFINED NODE_PATH (\r
  @SET "NODE_PATH=${PNPM}\\global\\5\\.pnpm\\@anthropic-ai+claude-code@2.0.0\\node_modules\\@anthropic-ai\\claude-code\\node_modules"\r
)\r
@IF EXIST "%~dp0\\node.exe" (\r
  "%~dp0\\node.exe"  "%~dp0\\global\\5\\node_modules\\@anthropic-ai\\claude-code\\cli.js" %*\r
) ELSE (\r
  @SET PATHEXT=%PATHEXT:;.JS;=;%\r
  node  "%~dp0\\global\\5\\node_modules\\@anthropic-ai\\claude-code\\cli.js" %*\r
)\r
`;

describe('shimTargets', () => {
  it('is the executable in npm’s folder of packages, also without the text of the shim', () => {
    for (const text of [OF_NPM, undefined, '']) {
      assert.deepEqual(shimTargets(`${NPM}\\claude.cmd`, text), [BESIDE_NPM]);
    }
  });

  it('is the executable that pnpm’s shim names, below its folder or elsewhere', () => {
    const target = 'global\\5\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe';
    const below = shimTargets(`${PNPM}\\claude.CMD`, `@"%~dp0\\${target}"   %*\r\n`);
    assert.deepEqual(below, [`${PNPM}\\${target}`, BESIDE_PNPM]);
    const above = shimTargets(`${PNPM}\\bin\\claude.CMD`, `@"%~dp0\\..\\${target}"   %*\r\n`);
    assert.equal(above[0], `${PNPM}\\${target}`);
    const elsewhere = shimTargets(`${PNPM}\\claude.CMD`, `@"D:\\${target}"   %*\r\n`);
    assert.equal(elsewhere[0], `D:\\${target}`);
  });

  it('is the executable beside a script that the shim names, and never Node', () => {
    assert.deepEqual(shimTargets(`${PNPM}\\claude.CMD`, OF_PNPM), [
      `${PNPM}\\global\\5\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`,
      BESIDE_PNPM,
    ]);
  });
});
