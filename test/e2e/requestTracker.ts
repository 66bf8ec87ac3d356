/**
 * Knows every request that a client sends and the reply that is planned for it, and checks that exactly this request
 * reaches the API and exactly this reply reaches the client. It finds data that leaks between conversations or gets lost.
 */
import {
  errorReply,
  messageReply,
  textReply,
  type Block,
  type Reply,
  type StandInRequest,
} from '../standin/server.js';
import { faultyReply, type Fault } from './faults.js';
import { createLatch } from '../support/latch.js';
import { arrivedHistory, resumeRequest, sentHistory, type WireChat } from './history.js';

/**
 * `answer`: text, perhaps with thinking. `calls`: text and tool calls. `hang`: the beginning of an answer without an end.
 * `cut`: an answer whose connection breaks, and then all of it or the rest of it, whichever the CLI requests. `fail`: an
 * error with that status. `faulty`: an answer after which the CLI would ask the model again on its own.
 */
export type PlannedReply =
  | { readonly type: 'answer'; readonly thinks: boolean }
  | { readonly type: 'calls'; readonly count: number }
  | { readonly type: 'hang' }
  | { readonly type: 'cut' }
  | { readonly type: 'fail'; readonly status: 400 | 529 }
  | { readonly type: 'faulty'; readonly fault: Fault };

/** A client's request, from sending it to the end of its answer. */
export interface TrackedRequest {
  /** The conversation in canonical form. Equal requests have equal keys. */
  readonly key: string;
  readonly plan: PlannedReply;
  /** How many requests reached the API for it. */
  served: number;
  /** The text of the model's answer. */
  text: string;
}

export interface RequestTracker {
  /** Replies for the stand-in API. */
  readonly respond: (request: StandInRequest) => Reply;
  /** Registers a request that a client is about to send. Equal requests must have equal plans. */
  expect(chat: WireChat, plan: PlannedReply): TrackedRequest;
  /**
   * Ends a request.
   * @param text the answer that the client received, if it did: it must be the model's answer to exactly this request
   */
  close(tracked: TrackedRequest, text?: string): void;
  /** Every leak or loss that was found. */
  readonly problems: readonly string[];
  readonly requests: number;
  /** Requests that were answered by a CLI process that had answered before. */
  readonly continued: number;
}

/** Characters of an answer before its connection breaks. */
const CUT_AT = 10;

export function createRequestTracker(): RequestTracker {
  const open = new Set<TrackedRequest>();
  /** The key of the request that each answer text belongs to. */
  const issued = new Map<string, TrackedRequest['key']>();
  const thinking = new Map<string, string>();
  const sessions = new Set<string>();
  const problems: string[] = [];
  let requests = 0;
  let continued = 0;

  function find(request: StandInRequest, body = request.body): TrackedRequest | undefined {
    let key: string;
    try {
      key = arrivedHistory(body, thinking);
    } catch (error) {
      problems.push(`request ${request.number} contains ${String(error)}`);
      return undefined;
    }
    const candidates = [...open].filter((tracked) => tracked.key === key);
    // The CLI repeats a request only after a failure.
    const repeated = candidates.find(({ plan }) => plan.type === 'fail' || plan.type === 'cut');
    const tracked = candidates.find(({ served }) => served === 0) ?? repeated;
    if (tracked === undefined) {
      const expected = [...open].map((one) => `${one.served}× ${one.key}`);
      problems.push(
        [`request ${request.number} was sent by no client:`, key, 'expected are', ...expected].join('\n'),
      );
    }
    return tracked;
  }

  function replyTo(tracked: TrackedRequest, number: number): Reply {
    const { plan } = tracked;
    if (plan.type === 'fail') return errorReply(plan.status, `planned ${plan.status}`);
    if (tracked.text === '') tracked.text = `answer ${number}\n\t👍 and more of it `;
    const { text } = tracked;
    issued.set(text, tracked.key);
    const answer: Block = { type: 'text', text };
    switch (plan.type) {
      case 'hang':
        return textReply([text, createLatch().opened, 'never']);
      case 'cut':
        return tracked.served === 1
          ? { kind: 'disconnect', content: [{ type: 'text', text: text.slice(0, CUT_AT) }] }
          : textReply(text);
      case 'calls': {
        const calls = Array.from({ length: plan.count }, (_, n): Block => ({
          type: 'tool_use',
          id: `toolu_${number}_${n}`,
          name: 'look',
          input: { at: `${number}.${n}` },
        }));
        return messageReply([answer, ...calls]);
      }
      case 'faulty':
        return faultyReply(plan.fault, text);
      case 'answer':
        if (!plan.thinks) return messageReply([answer]);
        thinking.set(text, `thought of ${number}`);
        return messageReply([
          { type: 'thinking', thinking: `thought of ${number}`, signature: 'sig' },
          answer,
        ]);
    }
  }

  return {
    problems,
    get requests() {
      return requests;
    },
    get continued() {
      return continued;
    },
    respond(request) {
      const resume = resumeRequest(request.body);
      if (resume !== undefined) {
        const tracked = find(request, resume.original);
        if (tracked?.plan.type === 'cut' && resume.received === tracked.text.slice(0, CUT_AT)) {
          tracked.served++;
          return textReply(tracked.text.slice(CUT_AT));
        }
        problems.push(`request ${request.number} resumes an answer that was not cut: ${resume.received}`);
      }
      const tracked = find(request);
      if (tracked === undefined) return errorReply(400, 'no client sent this request');
      const session = String(request.headers['x-claude-code-session-id']);
      if (tracked.served === 0) {
        requests++;
        if (sessions.has(session)) continued++;
      }
      sessions.add(session);
      tracked.served++;
      return replyTo(tracked, request.number);
    },
    expect(chat, plan) {
      const tracked: TrackedRequest = { key: sentHistory(chat), plan, served: 0, text: '' };
      open.add(tracked);
      return tracked;
    },
    close(tracked, text) {
      open.delete(tracked);
      // Simultaneous equal requests cannot be told apart, so the answer of one may reach the client of another.
      const twin = [...open].find(({ key, served }) => key === tracked.key && served > 0);
      if (tracked.served === 0 && twin !== undefined) Object.assign(twin, { served: 0, text: '' });
      if (text === undefined) return;
      if (issued.get(text) !== tracked.key) {
        const owner = issued.get(text) ?? 'no open request';
        problems.push(
          `a client received another request's answer: ${JSON.stringify(text)} for ${tracked.key}, but it belongs to ${owner}`,
        );
      }
      issued.delete(text);
    },
  };
}
