/** A guide as a document. Pure. */
import type { Client, Guide } from './guide.js';

/** What a document says besides: each a sentence. */
export type Notes = readonly string[];

const HEADING = '## ';
const FENCE = '```';

/** Markdown, made to be read as text too. Each snippet stands under a heading of the second level, in order. */
export function guideText({ title, docs }: Client, guide: Guide, notes: Notes): string {
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

/** The lines, from 0, of the snippets' headings in such a text. */
export function headingLines(text: string): number[] {
  return text.split('\n').flatMap((line, index) => (line.startsWith(HEADING) ? [index] : []));
}

/** The lines, from 0, that the first snippet has in such a text, the last one included. */
export function firstSnippetLines(text: string): { readonly first: number; readonly last: number } {
  const lines = text.split('\n');
  const open = lines.findIndex((line) => line.startsWith(FENCE));
  return { first: open + 1, last: lines.indexOf(FENCE, open + 1) - 1 };
}
