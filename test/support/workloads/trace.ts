/** A workload as data: when clients send requests, and how large these are. It contains no text of any user. */

/** What the requests of one kind have in common. */
export interface RequestKind {
  /** The length of the system prompt in characters; 0 for none. */
  readonly system: number;
  /** The number of tools. */
  readonly tools: number;
  /**
   * How the first message begins: `fixed` with the same instruction each time, as requests for a title do, or with the
   * user's `own` words.
   */
  readonly opening: 'fixed' | 'own';
  /** Whether the client writes the time into the system prompt, so that each conversation has another one. */
  readonly timeInSystem?: true;
}

export interface TraceRequest {
  readonly kind: string;
  /** The requests of a conversation are its turns, in order. A cancelled request adds no turn. */
  readonly conversation: number;
  /** When it is sent: this long after the start of the trace, or after the end of an earlier answer. Milliseconds. */
  readonly at: number | { readonly after: number; readonly pause: number };
  /** The length of its new message in characters. After an answer with a tool call, this is the tool's result. */
  readonly prompt: number;
  /** The length of the answer in characters. */
  readonly answer: number;
  /** How long the model needs until its first token, and from there to the end. Milliseconds. */
  readonly firstTokenMs: number;
  readonly streamMs: number;
  /** The answer is a call of the first tool. */
  readonly calls?: true;
  /** The client disconnects this long after it has sent the request. Milliseconds. */
  readonly cancelledAfter?: number;
}

export interface Trace {
  readonly kinds: Readonly<Record<string, RequestKind>>;
  readonly requests: readonly TraceRequest[];
}

/** A turn of a conversation, as its client has it. */
export type TraceTurn =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly callId: string | undefined }
  | { readonly role: 'tool'; readonly text: string; readonly callId: string };

/** The name of a tool by its number. */
export function toolName(index: number): string {
  return `tool_${index}`;
}

/** Filler of this length that begins with `label`; longer if the label is. */
export function filler(label: string, length: number): string {
  return label.padEnd(length, ' and so on');
}

/** The answer of a request. Its client sends it back unchanged. */
export function answerOfRequest(
  { requests }: Trace,
  index: number,
): Extract<TraceTurn, { role: 'assistant' }> {
  const { answer, calls } = requests[index]!;
  const callId = calls === true ? `toolu_trace${index}` : undefined;
  return { role: 'assistant', text: calls === true ? '' : filler(`Answer ${index}`, answer), callId };
}

/** All turns that a request sends: those before it, and its own. */
export function turnsOf(trace: Trace, index: number): TraceTurn[] {
  const { conversation, kind } = trace.requests[index]!;
  const turns: TraceTurn[] = [];
  for (const [at, request] of trace.requests.slice(0, index + 1).entries()) {
    if (request.conversation !== conversation) continue;
    if (at !== index && request.cancelledAfter !== undefined) continue;
    const last = turns.at(-1);
    const isFixed = turns.length === 0 && trace.kinds[kind]!.opening === 'fixed';
    const label = isFixed ? `Do the usual task of the kind ${kind}. Number ${at}` : `Message ${at}`;
    const text = filler(label, request.prompt);
    const callId = last?.role === 'assistant' ? last.callId : undefined;
    turns.push(callId === undefined ? { role: 'user', text } : { role: 'tool', text, callId });
    if (at !== index) turns.push(answerOfRequest(trace, at));
  }
  return turns;
}

/** Whether a request begins its conversation. */
export function isFirstTurn(trace: Trace, index: number): boolean {
  return turnsOf(trace, index).length === 1;
}

/** The system prompt of a request; empty for none. */
export function systemOfRequest({ kinds, requests }: Trace, index: number): string {
  const { kind, conversation } = requests[index]!;
  const { system, timeInSystem } = kinds[kind]!;
  if (system === 0) return '';
  return filler(`You help with ${kind}.${timeInSystem ? ` The time is ${conversation}.` : ''}`, system);
}
