/**
 * Finds the stop sequences of a request in a text that arrives in pieces, in time proportional to the text: an automaton after
 * Aho and Corasick (Efficient string matching, 1975) over UTF-16 code units. Pure.
 */

/** A stop sequence in the text. `at`: its position, counted from the beginning of the text. */
export interface FoundStop {
  readonly at: number;
  readonly stop: string;
}

/** A state of the automaton: the longest end of the text so far that is the beginning of a stop sequence. */
interface State {
  readonly next: Map<number, State>;
  /** The number of code units of that beginning. */
  readonly depth: number;
  /** The state of the longest proper end of that beginning; the first state has none. */
  fallback: State | undefined;
  /** The longest stop sequence that ends here. */
  longest: string | undefined;
}

function newState(depth: number): State {
  return { next: new Map(), depth, fallback: undefined, longest: undefined };
}

/** The state after one more code unit. */
function step(state: State, unit: number): State {
  for (let from: State | undefined = state; from !== undefined; from = from.fallback) {
    const next = from.next.get(unit);
    if (next !== undefined) return next;
    if (from.fallback === undefined) return from;
  }
  return state;
}

function buildAutomaton(stops: readonly string[]): State {
  const first = newState(0);
  for (const stop of stops) {
    let state = first;
    for (let at = 0; at < stop.length; at += 1) {
      const unit = stop.charCodeAt(at);
      const next = state.next.get(unit) ?? newState(at + 1);
      state.next.set(unit, next);
      state = next;
    }
    state.longest = stop;
  }
  const queue: State[] = [first];
  // The queue grows while it is read: level by level, so that the states behind each one are complete.
  for (const state of queue) {
    for (const [unit, next] of state.next) {
      next.fallback = state.fallback === undefined ? first : step(state.fallback, unit);
      next.longest ??= next.fallback.longest;
      queue.push(next);
    }
  }
  return first;
}

/** The search in a text. */
export interface StopMatcher {
  /**
   * Adds text.
   * @returns the stop sequence with the lowest position, as soon as no other can begin before it; of several at the same
   *   position, the one that is complete first. After that, another text begins
   */
  feed(piece: string): FoundStop | undefined;
  /** The text is over, and another one begins. @returns the stop sequence with the lowest position */
  end(): FoundStop | undefined;
  /** From this position on, the text may belong to a stop sequence. */
  readonly undecidedFrom: number;
}

/** @param stops none of them empty */
export function createStopMatcher(stops: readonly string[]): StopMatcher {
  const first = buildAutomaton(stops);
  let state = first;
  let length = 0;
  let found: FoundStop | undefined;
  /** Where the longest beginning of a stop sequence starts that the text ends with. */
  const openFrom = (): number => length - state.depth;
  const end = (): FoundStop | undefined => {
    const last = found;
    state = first;
    length = 0;
    found = undefined;
    return last;
  };
  return {
    feed(piece) {
      for (let at = 0; at < piece.length; at += 1) {
        state = step(state, piece.charCodeAt(at));
        length += 1;
        const { longest } = state;
        if (longest !== undefined && (found === undefined || length - longest.length < found.at)) {
          found = { at: length - longest.length, stop: longest };
        }
        if (found !== undefined && found.at <= openFrom()) return end();
      }
      return undefined;
    },
    end,
    get undecidedFrom() {
      return Math.min(openFrom(), found?.at ?? length);
    },
  };
}
