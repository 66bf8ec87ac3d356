/** What the status bar item shows for a status. Pure. */
import { COMMANDS, PRODUCT } from '../platform/names.js';
import { problemLabel } from '../notifications/problemText.js';
import { requestedAction } from '../permissions/permissionText.js';
import type { CliReadiness, Status } from '../lifecycle/status.js';
import { isPlanExhausted } from './sessionText.js';
import { permissionTooltip, statusTooltip, type StatusContext } from './statusTooltip.js';
import { t } from '../platform/localize.js';

export interface StatusView {
  /** With an icon in VS Code's notation: `$(broadcast) Claude :11434`. */
  readonly text: string;
  /** For screen readers: no icon, but its meaning in words. */
  readonly label: string;
  /** Markdown with command links. Text from outside is escaped. */
  readonly tooltip: string;
  /** `error` when the server has failed; `warning` when a permission request waits, or the plan's limit is reached. */
  readonly color?: 'error' | 'warning';
  /** The command that a click runs. */
  readonly command: string;
}

/** The icon of a running server, and what it means to a screen reader. */
function runningState(
  readiness: CliReadiness,
  { planUsage, totals }: StatusContext,
  now: number,
): { readonly icon: string; readonly meaning: string; readonly color?: 'warning' } {
  if (readiness.kind === 'checking') {
    return { icon: 'loading~spin', meaning: `, ${t('looking for the Claude CLI')}` };
  }
  if (readiness.kind === 'problem') {
    return { icon: 'warning', meaning: `, ${problemLabel(readiness.problem.kind)}` };
  }
  if (isPlanExhausted(planUsage, now)) {
    return { icon: 'warning', meaning: `, ${t('the limit of the plan is reached')}`, color: 'warning' };
  }
  if (totals?.failing === true) return { icon: 'warning', meaning: `, ${t('the latest request failed')}` };
  return { icon: 'broadcast', meaning: '' };
}

/** @param now milliseconds since 1970 */
export function statusView(status: Status, context: StatusContext = {}, now = Date.now()): StatusView {
  const { permissionRequest } = context;
  if (permissionRequest === undefined) return stateView(status, context, now);
  const action = requestedAction(permissionRequest);
  return {
    text: `$(question) ${t('Claude asks')}`,
    label: t('{0}: Claude asks for permission to {1}', PRODUCT, action),
    tooltip: permissionTooltip(action),
    color: 'warning',
    command: COMMANDS.showPermissionRequest,
  };
}

function stateView(status: Status, context: StatusContext, now: number): StatusView {
  const view = { tooltip: statusTooltip(status, context, now), command: COMMANDS.showMenu };
  switch (status.state) {
    case 'stopped':
      return { ...view, text: `$(circle-slash) ${t('Claude off')}`, label: t('{0}: stopped', PRODUCT) };
    case 'starting':
      return {
        ...view,
        text: `$(loading~spin) Claude :${status.port}`,
        label: t('{0}: starting on port {1}', PRODUCT, status.port),
      };
    case 'running': {
      const { icon, meaning, color } = runningState(status.readiness, context, now);
      return {
        ...view,
        text: `$(${icon}) Claude :${status.port}`,
        label: `${t('{0}: running on port {1}', PRODUCT, status.port)}${meaning}`,
        ...(color === undefined ? {} : { color }),
      };
    }
    case 'elsewhere':
      return {
        ...view,
        text: `$(window) Claude :${status.port}`,
        label: t('{0}: another window is serving port {1}', PRODUCT, status.port),
      };
    case 'failed':
      return {
        ...view,
        text: `$(error) Claude :${status.port}`,
        label: `${PRODUCT}: ${status.taken ? t('port {0} is in use', status.port) : t('could not start')}`,
        color: 'error',
      };
  }
}
