/** Reads links and headings of Markdown documents. */

/** The text without code blocks and code spans. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)(`{3,})[^]*?^\1\2.*$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The targets of relative links and images, in order. */
export function linksOf(markdown: string): string[] {
  const pattern = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|<(?:a|img)\b[^>]*\b(?:href|src)="([^"]+)"/g;
  return Array.from(withoutCode(markdown).matchAll(pattern), (match) => match[1] ?? match[2]!).filter(
    (target) => !/^[a-z][a-z0-9+.-]*:/i.test(target),
  );
}

/** The anchors of a document: those that GitHub makes of its headings, then explicit ones (`<a id="…">`). */
export function headingsOf(markdown: string): string[] {
  const withoutBlocks = markdown.replace(/^( *)(`{3,})[^]*?^\1\2.*$/gm, '');
  const seen = new Map<string, number>();
  const headings = Array.from(withoutBlocks.matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm), ([, heading = '']) => {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const explicit = Array.from(
    withoutBlocks.matchAll(/<\w+\b[^>]*\b(?:id|name)="([^"]+)"/g),
    (match) => match[1]!,
  );
  return [...headings, ...explicit];
}

/** GitHub's anchor: lower case, without punctuation, a hyphen for each space. */
function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
