/** The endpoint with a fake backend in a separate process, so that crashes are visible and memory can be measured. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./targetProcess.js', import.meta.url));

/** What happened in that process so far. */
export interface Report {
  /** Valid HTTP requests. */
  readonly requests: number;
  /** Requests that reached the backend. */
  readonly chats: number;
  /** Those of them that were answered with an error. */
  readonly refusedChats: number;
  /** Lines of the log at level "error", which stand for internal errors. */
  readonly errors: readonly string[];
  /** Measured after a garbage collection. */
  readonly residentBytes: number;
}

export interface Target {
  readonly port: number;
  readonly pid: number;
  /** @throws Error if the process has crashed */
  report(): Promise<Report>;
  stop(): Promise<void>;
}

export async function startTarget(): Promise<Target> {
  const child = fork(PROGRAM, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close');
  const next = async <T>(): Promise<T> => {
    const answer = once(child, 'message').then(([message]) => message as T);
    const crash = ended.then(([code, signal]) => {
      throw new Error(`the process ended (${String(signal ?? code)}): ${stderr}`);
    });
    return Promise.race([answer, crash]);
  };
  const { port } = await next<{ port: number }>();
  return {
    port,
    pid: child.pid ?? 0,
    report() {
      const report = next<Report>();
      send(child);
      return report;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function send(child: ChildProcess): void {
  if (child.connected) child.send('report');
}
