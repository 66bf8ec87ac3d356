/**
 * Stands between Claude and the CLI's tools in one conversation of the workspace lane. The CLI asks it twice: before its
 * own rules, as a hook, and where these rules leave the decision to the program that runs it.
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
import { evaluate } from './permissionPolicy.js';
import { objectOf } from './toolPhrases.js';
import type { ToolUse, WorkPlace } from './toolPaths.js';

export interface PermissionGateOptions {
  readonly permissions: WorkspacePermissions;
  readonly place: WorkPlace;
  /** Without one, what would be asked is denied. */
  readonly askPermission?: AskPermission;
  readonly log: Logger;
}

const DENIED =
  'The person did not allow this. Nothing was done. Do not try to reach the same in another way: go on without it, or say what you need and why.';
const NOBODY =
  'This needs the permission of the person, and nobody can be asked here. Nothing was done. Go on without it, or say what you would have done.';

export class PermissionGate {
  readonly #options: PermissionGateOptions;
  /** What need not be asked again in this conversation. */
  readonly #granted = new Set<string>();
  #asker: Pick<ChatRequest, 'model' | 'client'> = { model: '' };
  #listener: Pick<BackendObserver, 'permissionDecided'> | undefined;

  constructor(options: PermissionGateOptions) {
    this.#options = options;
  }

  /** Whose turn it is: people are told who asks, and those who watch what was decided. */
  serve(request: ChatRequest, listener: Pick<BackendObserver, 'permissionDecided'>): void {
    this.#asker = request;
    this.#listener = listener;
  }

  /**
   * The answer of the hook.
   * @param mode the CLI's mode at that moment
   */
  async before(use: ToolUse, mode: string | undefined): Promise<object> {
    const verdict = await evaluate(use, this.#options.permissions, this.#options.place, mode);
    if (verdict.type === 'pass') return {};
    if (verdict.type === 'deny') this.#note('denied', use);
    const reason = verdict.type === 'deny' ? verdict.reason : undefined;
    return {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: verdict.type,
        ...(reason === undefined ? {} : { permissionDecisionReason: reason }),
      },
    };
  }

  /** The answer where the CLI's rules have none. Judged anew: hooks of the project may have changed the call. */
  async permit(use: ToolUse, signal: AbortSignal): Promise<object> {
    const { permissions, place, askPermission } = this.#options;
    const verdict = await evaluate(use, permissions, place);
    if (permissions === 'readOnly' || verdict.type === 'deny') {
      return this.#deny(use, verdict.type === 'deny' ? verdict.reason : NOBODY);
    }
    const sensitive = verdict.type === 'ask' ? verdict.sensitive : undefined;
    if (sensitive === undefined && this.#granted.has(grantOf(use)))
      return this.#allow(use, 'allowed earlier');
    if (askPermission === undefined) return this.#deny(use, NOBODY);
    const answer = await this.#ask(askPermission, use, sensitive, signal);
    if (answer === 'deny') return this.#deny(use, DENIED, signal.aborted ? 'withdrawn' : 'denied');
    if (answer === 'conversation' && sensitive === undefined) this.#granted.add(grantOf(use));
    return this.#allow(use, `allowed ${answer === 'once' ? 'once' : 'for this conversation'}`);
  }

  #ask(
    ask: AskPermission,
    { tool, input }: ToolUse,
    sensitive: Sensitivity | undefined,
    signal: AbortSignal,
  ): Promise<PermissionAnswer> {
    const { model, client } = this.#asker;
    const request = {
      tool,
      input,
      folder: this.#options.place.folders[0],
      model,
      ...(client === undefined ? {} : { client }),
      ...(sensitive === undefined ? {} : { sensitive }),
    };
    return ask(request, signal);
  }

  #allow(use: ToolUse, how: string): object {
    this.#note(how, use);
    return { behavior: 'allow', updatedInput: use.input };
  }

  #deny(use: ToolUse, message: string, how = 'denied'): object {
    this.#note(how, use);
    return { behavior: 'deny', message };
  }

  #note(decision: string, use: ToolUse): void {
    const { log, place } = this.#options;
    const object = objectOf(use, place.folders[0], place.path);
    const line = `${decision}: ${object === use.tool ? object : `${use.tool} ${object}`}`;
    log.info(`[permission] ${line}`);
    this.#listener?.permissionDecided(line);
  }
}

/** A grant is for a tool; for commands, for that very command. */
function grantOf({ tool, input }: ToolUse): string {
  return tool === 'Bash' ? `${tool} ${JSON.stringify(input['command'] ?? null)}` : tool;
}
