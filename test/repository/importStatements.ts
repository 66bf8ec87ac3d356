/** Reads the imports of a source text. Relies on prettier's format: statements start in the first column. */
import { posix } from 'node:path';

const PATTERNS: readonly RegExp[] = [
  /^(?:import|export)\s[\w\s{},*$]*?\bfrom\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\b(?:import|require)\(\s*(?:\/\*.*?\*\/\s*)?'([^']+)'/g,
];

/** Every module that a source text imports: static, re-exported, side-effect, dynamic, and types. */
export function importsOf(source: string): string[] {
  return PATTERNS.flatMap((pattern) => Array.from(source.matchAll(pattern), (match) => match[1]!));
}

/** What an import refers to. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'vscode' }
  | { readonly kind: 'package'; readonly name: string };

/** @param importer path of the importing file, relative to the repository's folder */
export function targetOf(importer: string, specifier: string): Target {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '.ts');
    return { kind: 'file', path };
  }
  if (specifier === 'vscode') return { kind: 'vscode' };
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier };
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
  return { kind: 'package', name: name.join('/') };
}
