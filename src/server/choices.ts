/** Runs the chats of one request, one for each choice of its reply, and merges their events. */
import type { ChatEvent, ChatRequest } from '../core/chat.js';
import { ChatError } from '../core/errors.js';
import type { ReplyEvent } from '../protocol/dialect.js';

export interface ChoiceOptions {
  /** One for each choice; at least one. */
  readonly requests: readonly ChatRequest[];
  /** Starts a chat. Its events end with `done`, and its iteration throws as soon as the signal is aborted. */
  readonly chat: (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatEvent>;
  readonly signal: AbortSignal;
}

/** What one of the chats did: its next event, its end, or its failure. */
type Step = { readonly choice: number } & (
  { readonly result: IteratorResult<ChatEvent> } | { readonly failure: unknown }
);

/**
 * Runs all chats at once, and yields their events as they happen, with the index of their choice. A chat waits for no
 * other one: if the backend runs one chat at a time, they run one after the other. The next event of a chat is requested
 * when the previous one was taken. When a chat fails, the signal is aborted or the caller leaves, all chats are stopped.
 * A failure of a chat after its `done` is ignored, because its choice is complete.
 * @throws ChatError the first failure of a chat
 */
async function* merge({
  requests,
  chat,
  signal,
}: ChoiceOptions): AsyncGenerator<ReplyEvent, void, undefined> {
  const stop = new AbortController();
  const chats = requests.map((request) =>
    chat(request, AbortSignal.any([signal, stop.signal]))[Symbol.asyncIterator](),
  );
  const complete = new Set<number>();
  const steps: Step[] = [];
  let onStep = (): void => undefined;
  const add = (step: Step): void => {
    steps.push(step);
    onStep();
  };
  const advance = (choice: number): void => {
    chats[choice]?.next().then(
      (result) => add({ choice, result }),
      (failure: unknown) => add({ choice, failure }),
    );
  };
  try {
    chats.forEach((_, choice) => advance(choice));
    for (let running = chats.length; running > 0;) {
      const step = steps.shift();
      if (step === undefined) {
        await new Promise<void>((resolve) => (onStep = resolve));
      } else if ('failure' in step) {
        if (!complete.has(step.choice)) throw step.failure;
        running -= 1;
      } else if (step.result.done === true) {
        running -= 1;
      } else {
        const { choice } = step;
        const event = step.result.value;
        if (event.type === 'done') complete.add(choice);
        yield { ...event, choice };
        advance(choice);
      }
    }
  } finally {
    stop.abort(new ChatError('cancelled', 'The other choices of the request are no longer needed.'));
    // Intentionally not awaited: a chat that hangs would delay the end of the reply. Its errors no longer matter.
    for (const running of chats) running.return?.().catch(() => undefined);
  }
}

/** The events of a reply. With one request, they are those of its chat, without an index. @throws ChatError */
export function answerChoices(options: ChoiceOptions): AsyncIterable<ReplyEvent> {
  const [only, ...others] = options.requests;
  return only !== undefined && others.length === 0 ? options.chat(only, options.signal) : merge(options);
}
