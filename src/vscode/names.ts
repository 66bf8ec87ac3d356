/** Names that the manifest and the code share. A test compares them. */

/** The section that every setting's key starts with. */
export const SECTION = 'claudeOllama';

export const COMMANDS = {
  start: 'claudeOllama.start',
  stop: 'claudeOllama.stop',
  restart: 'claudeOllama.restart',
  copyUrl: 'claudeOllama.copyUrl',
  createToken: 'claudeOllama.createToken',
  copyToken: 'claudeOllama.copyToken',
  removeToken: 'claudeOllama.removeToken',
  serveHere: 'claudeOllama.serveHere',
  diagnose: 'claudeOllama.diagnose',
  showLog: 'claudeOllama.showLog',
  showMenu: 'claudeOllama.showMenu',
  openChat: 'claudeOllama.openChat',
  showActivity: 'claudeOllama.showActivity',
  clearActivity: 'claudeOllama.clearActivity',
  cancelRequest: 'claudeOllama.cancelRequest',
  showRequestInLog: 'claudeOllama.showRequestInLog',
  copyRequest: 'claudeOllama.copyRequest',
} as const;

export const ACTIVITY_VIEW = 'claudeOllama.activity';

/** The provider of models as the manifest contributes it, by which other extensions select its models. */
export const CHAT_VENDOR = 'claude-ollama';

/** What Diagnose calls itself as a client. */
export const DIAGNOSE_CLIENT = 'Diagnose';

/** Set to the name of the state, for `when` clauses. */
export const STATE_CONTEXT_KEY = 'claudeOllama.state';

/** What people see as the product's name in the output list, the status bar's menu and messages. */
export const PRODUCT = 'Ollama Server for Claude';
