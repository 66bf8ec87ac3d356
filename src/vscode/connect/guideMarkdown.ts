/** A guide as a Markdown document. Pure. */
import type { Client, Guide } from './guide.js';

const HEADING = '## ';
const FENCE = '```';

/**
 * Each snippet has a heading of the second level, in order.
 * @param notes sentences about the endpoint, shown above the steps
 */
export function guideMarkdown({ title, docs }: Client, guide: Guide, notes: readonly string[]): string {
  const parts = [
    `# Connect ${title}`,
    ...notes.map((note) => `> ${note}`),
    guide.steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    ...guide.snippets.flatMap(({ label, language, text }) => [
      `${HEADING}${label}`,
      `${FENCE}${language}\n${text}\n${FENCE}`,
    ]),
    `Documentation: ${docs}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The lines of the snippets' headings in such a document, from 0. */
export function snippetHeadingLines(markdown: string): number[] {
  return markdown.split('\n').flatMap((line, index) => (line.startsWith(HEADING) ? [index] : []));
}

/** The first and the last line of the first snippet in such a document, from 0. */
export function firstSnippetLines(markdown: string): { readonly first: number; readonly last: number } {
  const lines = markdown.split('\n');
  const fence = lines.findIndex((line) => line.startsWith(FENCE));
  return { first: fence + 1, last: lines.indexOf(FENCE, fence + 1) - 1 };
}
