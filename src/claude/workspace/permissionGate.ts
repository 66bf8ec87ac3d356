/**
 * Answers the CLI's permission questions in one process of the workspace lane. The CLI asks twice: a `PreToolUse` hook
 * before its own permission rules, and a `can_use_tool` request if these rules do not decide.
 */
import type { BackendObserver } from '../../core/backend.js';
import type { ChatRequest } from '../../core/chat.js';
import type { Logger } from '../../core/log.js';
import type {
  AskPermission,
  PermissionAnswer,
  Sensitivity,
  WorkspacePermissions,
} from '../../core/permission.js';
import { canonicalJson } from '../../core/json.js';
import { SHELL_TOOLS } from '../cli/launch.js';
import { inputWithFolderSpelling } from './folderSpelling.js';
import { evaluate } from './permissionPolicy.js';
import { toolTarget } from './toolPhrases.js';
import type { ToolUse, WorkspacePaths } from './toolPaths.js';

export interface PermissionGateOptions {
  readonly permissions: WorkspacePermissions;
  readonly paths: WorkspacePaths;
  /** Asks the user. If absent, every question is denied. */
  readonly askPermission?: AskPermission;
  readonly log: Logger;
}

/** Messages to the model. */
const DENIED_BY_USER =
  'The user did not allow this. Nothing was done. Do not try to achieve the same in another way: continue without it, or say what you need and why.';
const CANNOT_ASK =
  'This needs the permission of the user, who cannot be asked here. Nothing was done. Continue without it, or say what you would have done.';

export class PermissionGate {
  readonly #options: PermissionGateOptions;
  /** Grants for the rest of the present conversation. */
  readonly #grants = new Set<string>();
  /** The ids of the calls about which the hook has asked. */
  readonly #asked = new Set<string>();
  #request: Pick<ChatRequest, 'model' | 'client' | 'label'> = { model: '' };
  #listener: Pick<BackendObserver, 'permissionDecided'> | undefined;

  constructor(options: PermissionGateOptions) {
    this.#options = options;
  }

  /**
   * Another turn begins.
   * @param request its model and client are shown to the user
   * @param listener told each decision
   */
  startTurn(request: ChatRequest, listener: Pick<BackendObserver, 'permissionDecided'>): void {
    this.#request = request;
    this.#listener = listener;
  }

  /** Call it before another conversation begins: the user has allowed nothing in it yet. */
  forgetGrants(): void {
    this.#grants.clear();
  }

  /**
   * Answers the `PreToolUse` hook.
   * @param mode the CLI's current permission mode
   */
  async onPreToolUse(use: ToolUse, mode: string | undefined): Promise<object> {
    if (use.id !== undefined) this.#asked.add(use.id);
    const decision = await evaluate(use, this.#options.permissions, this.#options.paths, mode);
    const updatedInput = inputWithFolderSpelling(use, this.#options.paths);
    if (decision.type === 'useCliRules' && updatedInput === undefined) return {};
    if (decision.type === 'deny') this.#report('denied', use);
    const reason = decision.type === 'deny' ? decision.reason : undefined;
    return {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        ...(decision.type === 'useCliRules' ? {} : { permissionDecision: decision.type }),
        ...(reason === undefined ? {} : { permissionDecisionReason: reason }),
        ...(updatedInput === undefined || decision.type === 'deny' ? {} : { updatedInput }),
      },
    };
  }

  /** Whether the hook has asked about the call with this id. */
  wasAsked(callId: string): boolean {
    return this.#asked.has(callId);
  }

  /**
   * Answers the `can_use_tool` request. The call is evaluated again, because a hook of the project may have changed it.
   * @param signal aborted when the CLI no longer needs the answer
   */
  async onPermissionRequest(use: ToolUse, signal: AbortSignal): Promise<object> {
    const { permissions, paths, askPermission } = this.#options;
    const decision = await evaluate(use, permissions, paths);
    if (permissions === 'readOnly' || decision.type === 'deny') {
      return this.#deny(use, decision.type === 'deny' ? decision.reason : CANNOT_ASK);
    }
    const sensitive = decision.type === 'ask' ? decision.sensitive : undefined;
    if (sensitive === undefined && this.#grants.has(grantKey(use)))
      return this.#allow(use, 'allowed earlier');
    if (askPermission === undefined) return this.#deny(use, CANNOT_ASK);
    const answer = await this.#askUser(askPermission, use, sensitive, signal);
    if (answer === 'deny') return this.#deny(use, DENIED_BY_USER, signal.aborted ? 'withdrawn' : 'denied');
    if (answer === 'conversation' && sensitive === undefined) this.#grants.add(grantKey(use));
    return this.#allow(use, `allowed ${answer === 'once' ? 'once' : 'for this conversation'}`);
  }

  #askUser(
    askPermission: AskPermission,
    { tool, input }: ToolUse,
    sensitive: Sensitivity | undefined,
    signal: AbortSignal,
  ): Promise<PermissionAnswer> {
    const { model, client, label } = this.#request;
    const question = {
      tool,
      input,
      folder: this.#options.paths.folders[0],
      model,
      ...(client === undefined ? {} : { client }),
      ...(label === undefined ? {} : { label }),
      ...(sensitive === undefined ? {} : { sensitive }),
    };
    return askPermission(question, signal);
  }

  #allow(use: ToolUse, decision: string): object {
    this.#report(decision, use);
    return { behavior: 'allow', updatedInput: use.input };
  }

  #deny(use: ToolUse, message: string, decision = 'denied'): object {
    this.#report(decision, use);
    return { behavior: 'deny', message };
  }

  #report(decision: string, use: ToolUse): void {
    const { log, paths } = this.#options;
    const target = toolTarget(use, { folder: paths.folders[0], path: paths.path });
    const line = `${decision}: ${target === use.tool ? target : `${use.tool} ${target}`}`;
    log.info(`[permission] ${line}`);
    this.#listener?.permissionDecided(line);
  }
}

/** A grant covers one tool; for a shell, one exact command in one folder, with all of its options. */
function grantKey({ tool, input, cwd }: ToolUse): string {
  if (!SHELL_TOOLS.includes(tool)) return tool;
  const { description: _, ...call } = input;
  return `${tool} ${cwd ?? ''} ${canonicalJson(call)}`;
}
