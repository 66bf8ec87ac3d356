/**
 * A client program: it reads the JSON of `programInput` from stdin, runs the features, and prints one JSON object a line:
 * first `{"version"}`, then for each feature `{"feature", "observed"}` or `{"feature", "failure"}`. Other lines are ignored.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Observed } from './features.js';
import { programInput, type ProgramInput } from './inputs.js';

/** A command that starts a client program. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Line {
  readonly version?: string;
  readonly feature?: string;
  readonly observed?: Observed;
  readonly failure?: string;
}

export interface ClientProgram {
  /** The version of the client library, as the library says it. */
  readonly version: () => Promise<string>;
  /**
   * What the program observed of a feature. Waits for it.
   * @throws Error with the program's report if the feature failed, or its output if it ended before
   */
  readonly observed: (feature: string) => Promise<Observed>;
  /** Waits until the program has ended. Ends it if it still has features to run. */
  readonly stop: () => Promise<void>;
}

/** Variables of the developer's own clients, and of proxies: the server is on this machine. */
const NOT_INHERITED = /^(OLLAMA_|OPENAI_|ANTHROPIC_|LANGCHAIN_|LANGSMITH_|LITELLM_|(https?|all)_proxy$)/i;

export const inheritedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || NOT_INHERITED.test(name) ? [] : [[name, value]],
    ),
  );

export function startProgram({ file, args, cwd, env }: Command, input: ProgramInput): ClientProgram {
  const child = spawn(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...inheritedEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const watchers = new Set<() => void>();
  const wake = (): void => watchers.forEach((watcher) => watcher());
  let output = '';
  let ended = false;
  const ending = once(child, 'close').then(
    () => finish(),
    (error: unknown) => {
      output += String(error);
      finish();
    },
  );
  function finish(): void {
    ended = true;
    wake();
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"')) lines.push(JSON.parse(line) as Line);
    else output += `${line}\n`;
    wake();
  });
  // A program that ends early closes its stdin; its output says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(programInput(input))}\n`);

  function lineOf(matches: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const line = lines.find(matches);
        if (line === undefined && !ended) return;
        watchers.delete(look);
        if (line !== undefined) resolve(line);
        else reject(new Error(`the client program ended too early:\n${output.slice(-4000)}`));
      };
      watchers.add(look);
      look();
    });
  }

  return {
    async version() {
      const { version = '' } = await lineOf(({ version: found }) => found !== undefined);
      return version;
    },
    async observed(feature) {
      const { observed, failure } = await lineOf((line) => line.feature === feature);
      if (observed === undefined) throw new Error(failure ?? 'the client program reported nothing');
      return observed;
    },
    async stop() {
      const isComplete = input.features.every((feature) => lines.some((line) => line.feature === feature));
      if (!isComplete) child.kill();
      await ending;
    },
  };
}
