/** The models as VS Code's chat lists them. Pure. */
import type { CatalogEntry } from '../../core/catalog.js';
import { t } from '../platform/localize.js';

/** The fields of VS Code's `LanguageModelChatInformation` that are set. */
export interface ModelInformation {
  /** The catalog's name. */
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly version: string;
  readonly detail: string;
  readonly tooltip: string;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly capabilities: { readonly imageInput: boolean; readonly toolCalling: boolean };
}

/** The limit that the CLI requests from the API by default. It applies until the CLI has reported the model's own. */
const DEFAULT_MAX_OUTPUT_TOKENS = 32_000;

/** @param folder the folder that Claude runs in, for the tooltip */
export function modelInformation(entry: CatalogEntry, folder: string): ModelInformation {
  const { name, lane, model, stored } = entry;
  const { displayName, description, resolved, contextLength } = model;
  const maxOutputTokens = model.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS;
  // VS Code's model picker is too narrow for the second part of "Default (recommended)".
  const shortName = displayName.replace(/\s*\(.*\)$/, '');
  const cliTitle = /^claude/i.test(shortName) ? shortName : `Claude ${shortName}`;
  const title = stored === undefined ? cliTitle : name.replace(/:latest$/, '');
  return {
    id: name,
    name: lane === 'chat' ? title : `${title} (${lane})`,
    family: name.slice(0, name.lastIndexOf(':')),
    version: resolved,
    detail: lane === 'chat' ? 'Claude CLI' : 'Claude Code',
    tooltip: [description, t('Answered by your own Claude CLI in {0}', folder)].filter(Boolean).join('\n\n'),
    maxInputTokens: contextLength - maxOutputTokens,
    maxOutputTokens,
    capabilities: { imageInput: true, toolCalling: true },
  };
}
