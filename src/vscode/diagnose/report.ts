/** The report of the diagnostics: Markdown without secrets, which the user can share. Pure. */
import { redactSecrets } from '../../core/secretRedaction.js';
import type { LastError } from '../activity/history.js';
import type { Check } from './checks.js';

export interface Findings {
  /** Of the extension, VS Code and the system. */
  readonly versions: readonly (readonly [name: string, value: string])[];
  readonly checks: readonly Check[];
  /** Settings that differ from their defaults. */
  readonly settings: readonly (readonly [key: string, value: unknown])[];
  /** The latest first. */
  readonly errors: readonly LastError[];
}

export interface Redaction {
  readonly secrets: readonly string[];
  /** The user's home folder, which is replaced by `~`. */
  readonly home: string;
}

const MARKS: Readonly<Record<Check['state'], string>> = {
  ok: '✓',
  warning: '!',
  failed: '✗',
  skipped: '–',
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function formatCheck({ title, state, detail, nextStep }: Check): string {
  const line = `- ${MARKS[state]} **${title}**: ${oneLine(detail)}`;
  return nextStep === undefined || state === 'ok' ? line : `${line}\n  → ${nextStep}`;
}

function summaryOf(checks: readonly Check[]): string {
  const problems = checks.filter(({ state }) => state === 'failed' || state === 'warning').length;
  if (problems === 0) return 'No problems found.';
  return problems === 1 ? '1 problem found.' : `${problems} problems found.`;
}

const listOf = (lines: readonly string[]): string => lines.join('\n') || 'None.';

/** Also replaces the home folder as it appears in a JSON string, where the backslashes of Windows are escaped. */
function replaceHome(text: string, home: string): string {
  if (home.length < 2) return text;
  return text.replaceAll(home, '~').replaceAll(JSON.stringify(home).slice(1, -1), '~');
}

export function reportOf(findings: Findings, { secrets, home }: Redaction): string {
  const { versions, checks, settings, errors } = findings;
  const text = [
    '# Ollama Server for Claude: Diagnostics',
    summaryOf(checks),
    checks.map(formatCheck).join('\n'),
    '## Versions',
    versions.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    '## Settings that differ from the defaults',
    listOf(settings.map(([key, value]) => `- \`${key}\`: \`${JSON.stringify(value)}\``)),
    '## Latest errors',
    listOf(
      errors.map(({ at, client, message }) => {
        const time = new Date(at).toISOString();
        return `- ${time} ${client || 'unnamed client'}: ${oneLine(message)}`;
      }),
    ),
    '',
  ].join('\n\n');
  return redactSecrets(replaceHome(text, home), secrets);
}
