/** What Claude may do with the CLI's tools in the workspace lane, before the CLI's own rules are asked. Pure. */
import { EDITING_TOOLS, READING_TOOLS, SUBAGENT_TOOLS } from '../cli/launch.js';
import type { Sensitivity, WorkspacePermissions } from '../../core/permission.js';
import { meetsUnsaved, sensitivityOf, type ToolUse, type WorkPlace } from './toolPaths.js';

/**
 * `pass`: the CLI's rules decide, those of the person's and the project's settings among them. `ask`: the person decides,
 * whatever the rules say; `sensitive` tells why, where a path is the reason.
 */
export type Verdict =
  | { readonly type: 'pass' }
  | { readonly type: 'allow' }
  | { readonly type: 'ask'; readonly sensitive?: Sensitivity }
  | { readonly type: 'deny'; readonly reason: string };

const PASS: Verdict = { type: 'pass' };

/** The mode in which the CLI is started. A subagent of the project's can have one that asks less. */
const USUAL_MODE = 'default';

/**
 * @param mode the CLI's own mode at that moment
 */
export async function evaluate(
  use: ToolUse,
  permissions: WorkspacePermissions,
  place: WorkPlace,
  mode = USUAL_MODE,
): Promise<Verdict> {
  const reads = READING_TOOLS.includes(use.tool);
  if (permissions === 'readOnly' && !reads) return { type: 'deny', reason: onlyReading(use.tool) };
  const sensitive = await sensitivityOf(use, place);
  if (permissions === 'readOnly') {
    return sensitive === 'outside' ? { type: 'deny', reason: onlyInside(place) } : PASS;
  }
  if (sensitive === 'outside') return { type: 'ask', sensitive };
  if (reads) return PASS;
  if (sensitive !== undefined) return { type: 'ask', sensitive };
  // It would make a branch and a copy of the repository of its own.
  if (use.input['isolation'] !== undefined && SUBAGENT_TOOLS.includes(use.tool)) return { type: 'ask' };
  const edits = EDITING_TOOLS.includes(use.tool);
  if (edits && (await meetsUnsaved(use, place))) return { type: 'ask', sensitive: 'unsaved' };
  if (permissions === 'acceptEdits' && edits) return { type: 'allow' };
  return mode === USUAL_MODE ? PASS : { type: 'ask' };
}

function onlyReading(tool: string): string {
  return `${tool} is not allowed: only reading is (Read, Grep, Glob). Nothing was done. Say what you would have done instead.`;
}

function onlyInside({ folders }: WorkPlace): string {
  return `That is outside what may be read: only files inside ${folders.join(' and ')} may be, links followed. Nothing was read.`;
}
