// The editor versions that the tests run in. code-server 4.N.P contains VS Code 1.N; `node` is the Node version that it runs
// on. OLDEST is the minimum version in `engines.vscode` of package.json.
export const OLDEST = { codeServer: '4.104.0', vscode: '1.104', node: '22.23.3' };
export const NEWEST = { codeServer: '4.139.1', vscode: '1.139', node: '24.21.0' };
