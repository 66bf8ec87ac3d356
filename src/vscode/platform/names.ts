/** Names that package.json and the code share. A test compares them. */

/** The configuration section: the prefix of every setting. */
export const SECTION = 'claudeOllama';

export const COMMANDS = {
  start: 'claudeOllama.start',
  stop: 'claudeOllama.stop',
  restart: 'claudeOllama.restart',
  changePort: 'claudeOllama.changePort',
  refreshModels: 'claudeOllama.refreshModels',
  choosePermissions: 'claudeOllama.choosePermissions',
  copyUrl: 'claudeOllama.copyUrl',
  createToken: 'claudeOllama.createToken',
  copyToken: 'claudeOllama.copyToken',
  removeToken: 'claudeOllama.removeToken',
  serveHere: 'claudeOllama.serveHere',
  runDiagnostics: 'claudeOllama.runDiagnostics',
  showLog: 'claudeOllama.showLog',
  showMenu: 'claudeOllama.showMenu',
  openSettings: 'claudeOllama.openSettings',
  openChat: 'claudeOllama.openChat',
  showActivity: 'claudeOllama.showActivity',
  clearActivity: 'claudeOllama.clearActivity',
  filterActivity: 'claudeOllama.filterActivity',
  cancelRequest: 'claudeOllama.cancelRequest',
  showRequestInLog: 'claudeOllama.showRequestInLog',
  copyRequest: 'claudeOllama.copyRequest',
  openWalkthrough: 'claudeOllama.openWalkthrough',
  installCli: 'claudeOllama.installCli',
  updateCli: 'claudeOllama.updateCli',
  chooseProgram: 'claudeOllama.chooseProgram',
  signIn: 'claudeOllama.signIn',
  signOut: 'claudeOllama.signOut',
  switchAccount: 'claudeOllama.switchAccount',
  sayHello: 'claudeOllama.sayHello',
  connectClient: 'claudeOllama.connectClient',
  copySnippet: 'claudeOllama.copySnippet',
  runSnippet: 'claudeOllama.runSnippet',
  addSnippet: 'claudeOllama.addSnippet',
  applyChange: 'claudeOllama.applyChange',
  showPermissionRequest: 'claudeOllama.showPermissionRequest',
  allow: 'claudeOllama.allow',
  allowForConversation: 'claudeOllama.allowForConversation',
  deny: 'claudeOllama.deny',
} as const;

/** The short name of a command: a key of `COMMANDS`. */
export type CommandName = keyof typeof COMMANDS;

/** The handlers of these commands. VS Code passes the arguments that the caller of the command gave. */
export type CommandTable<Name extends CommandName = CommandName> = Readonly<
  Record<Name, (...args: never[]) => Promise<void> | void>
>;

export const ACTIVITY_VIEW = 'claudeOllama.activity';

/** The vendor of the language models that this extension provides; other extensions select the models by it. */
export const CHAT_VENDOR = 'claude-ollama';

/** The context key that holds the name of the state. */
export const STATE_CONTEXT_KEY = 'claudeOllama.state';

/** The context key that is `true` while a permission request waits for an answer. */
export const PERMISSION_PENDING_KEY = 'claudeOllama.permissionPending';

/** The context key that is `true` while that request can be allowed for its whole conversation. */
export const CONVERSATION_OFFERED_KEY = 'claudeOllama.conversationOffered';

/** The context key that is `true` while clients must send a token. */
export const TOKEN_REQUIRED_KEY = 'claudeOllama.tokenRequired';

/** The context key that is `true` once a milestone of the setup is reached. */
export const milestoneKey = (name: string): string => `${SECTION}.${name}`;

/** How the User-Agent of this extension's own requests begins. */
export const OWN_CLIENT = 'claude-ollama-server/';

/** The User-Agent of Run Diagnostics. */
export const DIAGNOSE_CLIENT = `${OWN_CLIENT}diagnose`;

/** The walkthrough's id, without the extension's id. */
export const WALKTHROUGH = 'setup';

/** The URI scheme of the documents that explain how to connect a client. */
export const GUIDE_SCHEME = 'claude-ollama-guide';

/** The URI scheme of the reports of Run Diagnostics. */
export const REPORT_SCHEME = 'claude-ollama-report';

/** The URI scheme of the previews of a client's configuration file with the proposed change. */
export const CHANGE_SCHEME = 'claude-ollama-change';

/** The product's name, as users see it in messages, in the status bar's menu and in the list of output channels. */
export const PRODUCT = 'Ollama Server for Claude';

/** The short form, where space is scarce: the category of the commands and the status bar's tooltip. */
export const SHORT_NAME = 'Claude Ollama';
