// The editors that the tests run in. `codeServer` 4.N.P carries VS Code 1.N; `node` is what that server runs on.
// The oldest is the one that `engines.vscode` in package.json promises.
export const OLDEST = { codeServer: '4.104.0', vscode: '1.104', node: '22.23.3' };
export const NEWEST = { codeServer: '4.139.1', vscode: '1.139', node: '24.21.0' };
