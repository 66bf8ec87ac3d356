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
  runDiagnostics: 'claudeOllama.runDiagnostics',
  showLog: 'claudeOllama.showLog',
  showMenu: 'claudeOllama.showMenu',
  openChat: 'claudeOllama.openChat',
  showActivity: 'claudeOllama.showActivity',
  clearActivity: 'claudeOllama.clearActivity',
  cancelRequest: 'claudeOllama.cancelRequest',
  showRequestInLog: 'claudeOllama.showRequestInLog',
  copyRequest: 'claudeOllama.copyRequest',
  openWalkthrough: 'claudeOllama.openWalkthrough',
  installCli: 'claudeOllama.installCli',
  updateCli: 'claudeOllama.updateCli',
  signIn: 'claudeOllama.signIn',
  sayHello: 'claudeOllama.sayHello',
  connectClient: 'claudeOllama.connectClient',
  copySnippet: 'claudeOllama.copySnippet',
  addSnippet: 'claudeOllama.addSnippet',
  applyChange: 'claudeOllama.applyChange',
  showPermissionRequest: 'claudeOllama.showPermissionRequest',
} as const;

export const ACTIVITY_VIEW = 'claudeOllama.activity';

/** The provider of models as the manifest contributes it, by which other extensions select its models. */
export const CHAT_VENDOR = 'claude-ollama';

/** Set to the name of the state, for `when` clauses. */
export const STATE_CONTEXT_KEY = 'claudeOllama.state';

/** Each is set to `true` once that much of the set-up is done; see `setup/milestones.ts`. */
export const milestoneKey = (name: string): string => `${SECTION}.${name}`;

/** How the User-Agent of this extension's own requests begins. */
export const OWN_CLIENT = 'claude-ollama-server/';

/** What Diagnose calls itself as a client. */
export const DIAGNOSE_CLIENT = `${OWN_CLIENT}diagnose`;

/** The walkthrough's id, behind the extension's. */
export const WALKTHROUGH = 'setup';

/** Of the documents that tell how a client is connected. */
export const GUIDE_SCHEME = 'claude-ollama-guide';
/** Of the texts that a file will have when the person says yes. */
export const CHANGE_SCHEME = 'claude-ollama-change';
/** Whether Claude waits for a permission, for `when` clauses. */
export const PERMISSION_PENDING_KEY = 'claudeOllama.permissionPending';

/** What people see as the product's name in the output list, the status bar's menu and messages. */
export const PRODUCT = 'Ollama Server for Claude';
