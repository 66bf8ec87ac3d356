/** Sends a question to a process that is ready for it, and reads the answer. */
import { randomUUID } from 'node:crypto';
import type { BackendObserver } from '../../core/backend.js';
import type { ChatEvent, ChatRequest, ResponseFormat } from '../../core/chat.js';
import type { Json } from '../../core/json.js';
import type { ReplayFilter } from '../turn/replayFilter.js';
import { StructuredAnswer, STRUCTURED_OUTPUT_TOOL } from '../turn/structuredOutput.js';
import { doesNotMatch } from '../turn/structuredTurn.js';
import { TurnReader } from '../turn/turnReader.js';
import type { ChatTurn } from '../turn/turnReaderOptions.js';
import { readAnswer, type AnswerEnd, type AnswerOptions } from './answer.js';
import type { Channel } from './channel.js';
import { callResultLine, userLine } from './outgoing.js';
import type { ProcessContents } from './processContents.js';
import type { Environment, ProcessSetup } from './processSetup.js';
import type { UserTurn } from './transcript.js';
import type { TurnGate } from './turnGate.js';

/** A process that holds everything before the question. */
export interface PreparedProcess {
  readonly channel: Channel;
  readonly contents: ProcessContents;
  readonly setup: ProcessSetup;
  /** In the chat lane only. */
  readonly gate: TurnGate | undefined;
  /** Settles when the CLI has confirmed the set-up. */
  readonly confirmed: Promise<unknown>;
  /** The id of the question before. */
  readonly previousUuid: string | undefined;
}

/** The user turn that a request sends. */
export interface Question {
  readonly request: ChatRequest;
  /** The turn as the client sent it. */
  readonly turn: UserTurn;
  /** The turn with the editor's context, as the model gets it. */
  readonly turnWithContext: UserTurn;
  /** When the request arrived, by the clock. */
  readonly started: number;
  /** The text that the client has, across all attempts to get the answer. */
  readonly sent: ReplayFilter;
  readonly signal: AbortSignal;
  readonly observer: BackendObserver;
}

/**
 * Checks a structured answer.
 * @returns what does not match, in words for the model; `undefined` if the answer matches its format
 */
export type CheckAnswer = (format: ResponseFormat, answer: Json) => string | undefined;

type Options = Pick<
  AnswerOptions,
  'clock' | 'onResult' | 'onPlanUsage' | 'reactionMs' | 'silenceMs' | 'services'
> & { readonly environment: Environment; readonly checkAnswer: CheckAnswer };

/** What was found out about the answer, also if it failed. */
export interface Attempt {
  /** The reader of the answer, once the question is sent. */
  reader?: TurnReader;
  /** The id of the question. */
  uuid?: string;
  /** Whether a structured answer was requested once more. */
  repaired?: true;
}

/**
 * Yields the events of the answer and returns how it ended. A structured answer that does not match its schema is requested
 * once more if the client has received no part of it.
 * @param attempt gets the reader of the answer
 * @throws ChatError
 */
export async function* askModel(
  prepared: PreparedProcess,
  question: Question,
  options: Options,
  attempt: Attempt,
): AsyncGenerator<ChatEvent, AnswerEnd, void> {
  const { channel, contents, setup, gate, confirmed } = prepared;
  const { history, tools } = contents;
  const { request, turn, turnWithContext } = question;
  const { names } = tools;
  const offered = new Set(request.tools.map(({ name }) => names.apiName(name)));
  if (request.format !== undefined) offered.add(STRUCTURED_OUTPUT_TOOL);
  const isOffered = (tool: string): boolean => offered.has(tool);
  // Where tokens for thinking are added to the limit, it is looked after here.
  const limitedByApi = setup.api.maxTokens !== null && setup.api.maxTokens === request.maxTokens;
  const answerOptions = { ...options, ...question, names, gate, limitedByApi };
  let { previousUuid } = prepared;
  let uuid = randomUUID() as string;
  let line = userLine(turnWithContext, history.callIds, { uuid, query: true });
  for (;;) {
    const reader = new TurnReader({
      uuid,
      previousUuid,
      structured: request.format && new StructuredAnswer(request.format),
      isClientTool: (tool) => names.isClientTool(tool),
      singleCall: request.toolChoice?.single === true,
      buffered: request.buffered,
      chat: gate && chatTurn(question, isOffered, options.checkAnswer),
      environment: options.environment,
      stderr: () => channel.process.stderr,
      now: Date.now,
    });
    Object.assign(attempt, { reader, uuid });
    channel.startTurn();
    gate?.startTurn(isOffered);
    channel.send(line);
    history.addQuestion(turn, uuid);
    await confirmed;
    const end = yield* readAnswer(channel, reader, request, answerOptions);
    const { rejected } = reader;
    if (rejected === undefined) return end;
    if (attempt.repaired === true) throw doesNotMatch(rejected.problem);
    attempt.repaired = true;
    gate?.open();
    await gate?.opened;
    previousUuid = uuid;
    uuid = randomUUID();
    const problem = `The answer does not match the JSON Schema: ${rejected.problem}. Call the tool again with an answer that does.`;
    line = callResultLine(rejected.callId, problem, uuid);
  }
}

function chatTurn(
  { request, sent }: Question,
  isOffered: ChatTurn['isOffered'],
  check: CheckAnswer,
): ChatTurn {
  const { format, buffered = false } = request;
  return {
    isOffered,
    sent,
    checkAnswer: format && ((json) => checkJson(json, (answer) => check(format, answer))),
    keepsBack: buffered && format !== undefined,
  };
}

function checkJson(json: string, check: (answer: Json) => string | undefined): string | undefined {
  let answer: Json;
  try {
    answer = JSON.parse(json) as Json;
  } catch {
    return 'it is not valid JSON';
  }
  return check(answer);
}
