/** What clients have asked, what the model is to say to it, and whether exactly that reached the model. */
import {
  errorReply,
  messageReply,
  textReply,
  type Block,
  type Reply,
  type StandInRequest,
} from '../standin/server.js';
import { gate } from '../support/gate.js';
import { arrivedHistory, brokenAnswer, sentHistory, type WireChat } from './history.js';

/**
 * `answer`: text, perhaps with thoughts. `calls`: text and calls of a tool. `hold`: the beginning of an answer, and
 * then nothing. `stumble`: an answer whose connection breaks in the middle, and then all of it or the rest of it,
 * whichever the CLI asks for. `fail`: an error with that status.
 */
export type Plan =
  | { readonly type: 'answer'; readonly thinks: boolean }
  | { readonly type: 'calls'; readonly count: number }
  | { readonly type: 'hold' }
  | { readonly type: 'stumble' }
  | { readonly type: 'fail'; readonly status: 400 | 529 };

/** One request of a client, until it is over. */
export interface Ticket {
  readonly key: string;
  readonly plan: Plan;
  /** Requests that reached the API for it. */
  served: number;
  /** What the model said. */
  text: string;
}

export interface Ledger {
  /** Answers the API's side. */
  readonly respond: (request: StandInRequest) => Reply;
  /** Notes what a client is about to send. Requests that are equal must have equal plans. */
  expect(chat: WireChat, plan: Plan): Ticket;
  /**
   * A client's request is over.
   * @param text what it got, if it got an answer: the model's to exactly this request, and nobody else's
   */
  close(ticket: Ticket, text?: string): void;
  /** What went wrong. Each is a leak or a loss. */
  readonly complaints: readonly string[];
  readonly requests: number;
  /** Requests that a process answered which had answered before. */
  readonly continued: number;
}

/** Characters of an answer before its connection breaks. */
const STUMBLE_AT = 10;

export function createLedger(): Ledger {
  const open = new Set<Ticket>();
  const issued = new Map<string, Ticket['key']>();
  const thoughts = new Map<string, string>();
  const sessions = new Set<string>();
  const complaints: string[] = [];
  let requests = 0;
  let continued = 0;

  function find(request: StandInRequest, body = request.body): Ticket | undefined {
    let key: string;
    try {
      key = arrivedHistory(body, thoughts);
    } catch (error) {
      complaints.push(`request ${request.number} holds ${String(error)}`);
      return undefined;
    }
    const meant = [...open].filter((ticket) => ticket.key === key);
    // Only failures make the CLI ask again.
    const again = meant.find(({ plan }) => plan.type === 'fail' || plan.type === 'stumble');
    const ticket = meant.find(({ served }) => served === 0) ?? again;
    if (ticket === undefined) {
      const outstanding = [...open].map((one) => `${one.served}× ${one.key}`);
      complaints.push(
        [`request ${request.number} is nobody's:`, key, 'but there are', ...outstanding].join('\n'),
      );
    }
    return ticket;
  }

  function say(ticket: Ticket, number: number): Reply {
    const { plan } = ticket;
    if (plan.type === 'fail') return errorReply(plan.status, `planned ${plan.status}`);
    if (ticket.text === '') ticket.text = `answer ${number}\n\t👍 and more of it `;
    const { text } = ticket;
    issued.set(text, ticket.key);
    const spoken: Block = { type: 'text', text };
    switch (plan.type) {
      case 'hold':
        return textReply([text, gate().closed, 'never']);
      case 'stumble':
        return ticket.served === 1
          ? { kind: 'disconnect', content: [{ type: 'text', text: text.slice(0, STUMBLE_AT) }] }
          : textReply(text);
      case 'calls': {
        const calls = Array.from({ length: plan.count }, (_, n): Block => ({
          type: 'tool_use',
          id: `toolu_${number}_${n}`,
          name: 'look',
          input: { at: `${number}.${n}` },
        }));
        return messageReply([spoken, ...calls]);
      }
      case 'answer':
        if (!plan.thinks) return messageReply([spoken]);
        thoughts.set(text, `thought of ${number}`);
        return messageReply([
          { type: 'thinking', thinking: `thought of ${number}`, signature: 'sig' },
          spoken,
        ]);
    }
  }

  return {
    complaints,
    get requests() {
      return requests;
    },
    get continued() {
      return continued;
    },
    respond(request) {
      const broken = brokenAnswer(request.body);
      if (broken !== undefined) {
        const ticket = find(request, broken.asked);
        if (ticket?.plan.type === 'stumble' && broken.said === ticket.text.slice(0, STUMBLE_AT)) {
          ticket.served++;
          return textReply(ticket.text.slice(STUMBLE_AT));
        }
        complaints.push(
          `request ${request.number} goes on with an answer that did not break: ${broken.said}`,
        );
      }
      const ticket = find(request);
      if (ticket === undefined) return errorReply(400, 'this is nobody’s request');
      const session = String(request.headers['x-claude-code-session-id']);
      if (ticket.served === 0) {
        requests++;
        if (sessions.has(session)) continued++;
      }
      sessions.add(session);
      ticket.served++;
      return say(ticket, request.number);
    },
    expect(chat, plan) {
      const ticket: Ticket = { key: sentHistory(chat), plan, served: 0, text: '' };
      open.add(ticket);
      return ticket;
    },
    close(ticket, text) {
      open.delete(ticket);
      // Equal requests that are under way at once are one another's: which of them was served cannot be told.
      const twin = [...open].find(({ key, served }) => key === ticket.key && served > 0);
      if (ticket.served === 0 && twin !== undefined) Object.assign(twin, { served: 0, text: '' });
      if (text === undefined) return;
      if (issued.get(text) !== ticket.key) {
        const whose = issued.get(text) ?? 'nobody, or to one who has it already';
        complaints.push(
          `a client got what was not said to it: ${JSON.stringify(text)} for ${ticket.key}, but said to ${whose}`,
        );
      }
      issued.delete(text);
    },
  };
}
