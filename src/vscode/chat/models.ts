/** The models as VS Code's chat lists them. Pure. */
import type { CatalogEntry } from '../../core/catalog.js';

/** The part of the editor's `LanguageModelChatInformation` that is told. */
export interface ModelInformation {
  /** The catalog's name. */
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly version: string;
  readonly detail: string;
  readonly tooltip: string;
  /** Tokens, as are all limits. */
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly capabilities: { readonly imageInput: boolean; readonly toolCalling: boolean };
}

/** What the CLI asks of the API at most, until it has reported a model's own figure. */
const USUAL_OUTPUT_TOKENS = 32_000;

/** @param folder where Claude works */
export function modelInformation({ name, lane, model }: CatalogEntry, folder: string): ModelInformation {
  const { displayName, description, resolved, contextLength } = model;
  const maxOutputTokens = model.maxOutputTokens ?? USUAL_OUTPUT_TOKENS;
  // "Default (recommended)": the picker has no room for the second part.
  const short = displayName.replace(/\s*\(.*\)$/, '');
  const title = /^claude/i.test(short) ? short : `Claude ${short}`;
  return {
    id: name,
    name: lane === 'chat' ? title : `${title} (${lane})`,
    family: name.slice(0, name.lastIndexOf(':')),
    version: resolved,
    detail: lane === 'chat' ? 'Claude CLI' : 'Claude Code',
    tooltip: [description, `Answered by your own Claude CLI in ${folder}`].filter(Boolean).join('\n\n'),
    maxInputTokens: contextLength - maxOutputTokens,
    maxOutputTokens,
    capabilities: { imageInput: true, toolCalling: true },
  };
}
