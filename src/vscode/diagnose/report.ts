/** The report of a diagnosis: Markdown to read and to pass on, without secrets. Pure. */
import { redactSecrets } from '../../core/secretRedaction.js';
import type { LastError } from '../activity/history.js';
import type { Check } from './checks.js';

export interface Findings {
  /** Of this extension, the editor, the system: name and version each. */
  readonly versions: readonly (readonly [name: string, value: string])[];
  readonly checks: readonly Check[];
  /** Settings that are not as they come. */
  readonly settings: readonly (readonly [key: string, value: unknown])[];
  /** The latest first. */
  readonly errors: readonly LastError[];
}

export interface Hidden {
  readonly secrets: readonly string[];
  /** The person's home folder, which is written as `~`. */
  readonly home: string;
}

const MARKS: Readonly<Record<Check['state'], string>> = {
  ok: '✓',
  warning: '!',
  failed: '✗',
  skipped: '–',
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function lineOf({ title, state, detail, next }: Check): string {
  const line = `- ${MARKS[state]} **${title}**: ${oneLine(detail)}`;
  return next === undefined || state === 'ok' ? line : `${line}\n  → ${next}`;
}

function verdict(checks: readonly Check[]): string {
  const wrong = checks.filter(({ state }) => state === 'failed' || state === 'warning');
  if (wrong.length === 0) return 'Everything is in order.';
  return `${wrong.length === 1 ? 'One thing needs' : `${wrong.length} things need`} attention.`;
}

/** Escaped as JSON strings are, paths of Windows would not be found: the home folder is looked for in both forms. */
function shorten(text: string, home: string): string {
  if (home.length < 2) return text;
  return text.replaceAll(home, '~').replaceAll(JSON.stringify(home).slice(1, -1), '~');
}

export function reportOf(findings: Findings, { secrets, home }: Hidden): string {
  const { versions, checks, settings, errors } = findings;
  const text = [
    '# Ollama Server for Claude: diagnosis',
    verdict(checks),
    checks.map(lineOf).join('\n'),
    '## Versions',
    versions.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    '## Settings that differ from the defaults',
    settings.map(([key, value]) => `- \`${key}\`: \`${JSON.stringify(value)}\``).join('\n') || 'None.',
    '## Latest errors',
    errors
      .map(
        ({ at, client, message }) =>
          `- ${new Date(at).toISOString()} ${client || 'unnamed client'}: ${oneLine(message)}`,
      )
      .join('\n') || 'None.',
    '',
  ].join('\n\n');
  return redactSecrets(shorten(text, home), secrets);
}
