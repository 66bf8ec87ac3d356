/** Real code that contains `@`, from the packages in node_modules. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** Uses of `@`. The first pattern that matches a line is its kind. */
const KINDS = {
  email: /[\w.+-]+@[\w-]+\.[a-z]{2,}/,
  types: /@types\/\w/,
  scope: /@[a-z][\w.-]*\/[\w.-]+/,
  /** Decorators and annotations. */
  leading: /^\s*@\w+/,
  tag: /(^|\s)\{?@\w+/,
  other: /@/,
} as const;
export type CodeKind = keyof typeof KINDS;

export interface CodeSample {
  readonly kind: CodeKind;
  /** Path relative to node_modules. */
  readonly file: string;
  readonly text: string;
}

const SOURCE = /\.([cm]?[jt]sx?|json|md|ya?ml|css|html|sh|py)$/;
/** Larger files are bundles, and slow to read. */
const LARGEST = 100_000;
/** Lines before and after the one with `@`, and the longest sample in characters. */
const AROUND = 8;
const LONGEST = 2000;
/** Files read from one package. */
const FILES = 24;

/** Different samples, spread evenly over the kinds. The same packages give the same samples. */
export async function codeSamples(count: number): Promise<CodeSample[]> {
  const found = new Map<CodeKind, Map<string, CodeSample>>();
  for (const folder of await packages()) {
    for (const file of await sourcesIn(folder)) {
      for (const sample of await samplesIn(file)) {
        const ofKind = found.get(sample.kind) ?? new Map<string, CodeSample>();
        found.set(sample.kind, ofKind.set(sample.text, sample));
      }
    }
  }
  const kinds = [...found.values()].map((samples) => [...samples.values()]);
  const chosen: CodeSample[] = [];
  for (let round = 0; chosen.length < count && kinds.some((samples) => round < samples.length); round++) {
    for (const samples of kinds) {
      // Spread over the whole list.
      const sample = samples[(round * 97) % samples.length];
      if (sample !== undefined && round < samples.length && !chosen.includes(sample)) chosen.push(sample);
    }
  }
  return chosen.slice(0, count);
}

/** All packages, including scoped ones, ordered by name. */
async function packages(): Promise<string[]> {
  const names = (await readdir(PACKAGES)).filter((name) => !name.startsWith('.')).sort();
  const all = await Promise.all(
    names.map(async (name) =>
      name.startsWith('@')
        ? (await readdir(join(PACKAGES, name))).sort().map((one) => join(name, one))
        : [name],
    ),
  );
  return all.flat();
}

async function sourcesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  const open = [folder];
  for (let at = open.shift(); at !== undefined && files.length < FILES; at = open.shift()) {
    const entries = await readdir(join(PACKAGES, at), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== 'node_modules') open.push(join(at, entry.name));
      if (entry.isFile() && SOURCE.test(entry.name)) files.push(join(at, entry.name));
    }
  }
  return files.slice(0, FILES);
}

/** The first sample of each kind in a file. */
async function samplesIn(file: string): Promise<CodeSample[]> {
  const bytes = await readFile(join(PACKAGES, file));
  const text = bytes.toString('utf8');
  if (bytes.length > LARGEST || !text.includes('@') || !Buffer.from(text).equals(bytes)) return [];
  const lines = text.split('\n');
  const samples = new Map<CodeKind, CodeSample>();
  lines.forEach((line, at) => {
    const kind = kindOf(line);
    if (kind === undefined || samples.has(kind)) return;
    const part = lines.slice(Math.max(0, at - AROUND), at + AROUND).join('\n');
    if (part.length <= LONGEST) samples.set(kind, { kind, file, text: part });
  });
  return [...samples.values()];
}

function kindOf(line: string): CodeKind | undefined {
  return (Object.keys(KINDS) as CodeKind[]).find((kind) => KINDS[kind].test(line));
}
