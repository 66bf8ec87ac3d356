/**
 * The prompt cache of the Messages API: exact prefixes up to a `cache_control` breakpoint, for 5 minutes or an hour. It tells
 * how many tokens of a prompt are read from the cache, written to it, and paid in full.
 */
import { createHash } from 'node:crypto';
import type { ApiUsage } from './reply.js';
import type { MessagesBody } from './request.js';
import { partTokens } from './tokens.js';

/** What the API charges for a prompt, in tokens. */
export type PromptUsage = Omit<ApiUsage, 'output_tokens'>;

export interface PricedPrompt {
  readonly usage: PromptUsage;
  /** Writes the prompt to the cache. The API does so when its response begins: simultaneous requests share nothing. */
  readonly store: () => void;
}

export interface PromptCache {
  /** Looks a prompt up. Reading an entry renews its lifetime. */
  price(body: MessagesBody): PricedPrompt;
}

const LIFETIMES_MS = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const;

/** The API does not cache shorter prefixes. Tokens. */
const MIN_TOKENS = 1024;

/** How many parts before a breakpoint the API looks for an entry. */
const LOOKBACK = 20;

/** A prefix of a prompt. */
interface Prefix {
  readonly key: string;
  readonly tokens: number;
  /** The lifetime that the breakpoint at its end asks for, in milliseconds; `undefined` without a breakpoint. */
  readonly lifetime: number | undefined;
}

interface Entry {
  readonly lifetime: number;
  expiresAt: number;
}

/** @param clock milliseconds */
export function createPromptCache(clock: () => number): PromptCache {
  const entries = new Map<string, Entry>();

  function isCached({ key }: Prefix): boolean {
    const entry = entries.get(key);
    if (entry === undefined) return false;
    if (entry.expiresAt > clock()) return true;
    entries.delete(key);
    return false;
  }

  function renew({ key }: Prefix): void {
    const entry = entries.get(key)!;
    entry.expiresAt = clock() + entry.lifetime;
  }

  /** The longest cached prefix that ends at most `LOOKBACK` parts before a breakpoint. */
  function longestCached(prefixes: readonly Prefix[]): Prefix | undefined {
    let uncounted = 0;
    for (const prefix of prefixes.toReversed()) {
      uncounted = prefix.lifetime === undefined ? uncounted - 1 : LOOKBACK;
      if (uncounted >= 0 && isCached(prefix)) return prefix;
    }
    return undefined;
  }

  return {
    price(body) {
      const prefixes = prefixesOf(body);
      const marked = prefixes.filter(
        ({ lifetime, tokens }) => lifetime !== undefined && tokens >= MIN_TOKENS,
      );
      const hit = longestCached(prefixes);
      const read = hit?.tokens ?? 0;
      const cached = Math.max(read, marked.at(-1)?.tokens ?? 0);
      if (hit !== undefined)
        prefixes
          .slice(0, prefixes.indexOf(hit) + 1)
          .filter(isCached)
          .forEach(renew);
      return {
        usage: {
          input_tokens: (prefixes.at(-1)?.tokens ?? 0) - cached,
          cache_read_input_tokens: read,
          cache_creation_input_tokens: cached - read,
        },
        store() {
          for (const { key, lifetime = 0 } of marked) {
            const longer = Math.max(lifetime, entries.get(key)?.lifetime ?? 0);
            entries.set(key, { lifetime: longer, expiresAt: clock() + longer });
          }
        },
      };
    },
  };
}

/**
 * Every prefix of the prompt, in the API's order: tools, system prompt, messages. What else invalidates the cache is part of
 * the keys: the model of all, `tool_choice` and `thinking` of those with messages.
 */
function prefixesOf(body: MessagesBody): Prefix[] {
  const prefixes: Prefix[] = [];
  let key = body.model;
  let tokens = 0;
  const extend = (part: object): void => {
    const { cache_control: control, ...content } = part as { cache_control?: { ttl?: '5m' | '1h' } | null };
    key = hash(key, content);
    tokens += partTokens(content);
    prefixes.push({ key, tokens, lifetime: control ? LIFETIMES_MS[control.ttl ?? '5m'] : undefined });
  };
  body.tools?.forEach(extend);
  blocksOf(body.system)
    .filter((block) => !isBillingHeader(block))
    .forEach(extend);
  key = hash(key, [body['tool_choice'] ?? null, body['thinking'] ?? null]);
  for (const { role, content } of body.messages) {
    key = hash(key, role);
    blocksOf(content).forEach(extend);
  }
  return prefixes;
}

function blocksOf(content: MessagesBody['system']): readonly object[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}

/** The CLI's first block names the request for the bill. It differs each time, so the API cannot count it as prompt. */
function isBillingHeader(block: object): boolean {
  return 'text' in block && String(block.text).startsWith('x-anthropic-billing-header:');
}

function hash(before: string, part: unknown): string {
  return createHash('sha256').update(before).update(JSON.stringify(part)).digest('base64');
}
