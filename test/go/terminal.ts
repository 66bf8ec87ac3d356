/** A program in a terminal, by the program `script` of Linux. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inheritedEnvironment } from '../support/clientSuite/program.js';

export interface Terminal {
  /** Types text; `\r` is the Enter key and `\u0003` is Ctrl-C. */
  readonly type: (text: string) => void;
  /**
   * Waits until the output since the last match contains the text.
   * @throws Error if the program ends before
   */
  readonly shows: (text: string) => Promise<void>;
  /** Waits for the end of the program. @returns its exit code */
  readonly ended: () => Promise<number | null>;
  readonly kill: () => void;
}

export function openTerminal(command: string, env: Readonly<Record<string, string>>): Terminal {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { ...inheritedEnvironment(), TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let seen = 0;
  let hasEnded = false;
  const watchers = new Set<() => void>();
  const wake = (): void => watchers.forEach((watcher) => watcher());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    wake();
  });
  const closed = once(child, 'close').then(([code]) => {
    hasEnded = true;
    wake();
    return code as number | null;
  });
  return {
    type: (text) => void child.stdin.write(text),
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const at = output.indexOf(text, seen);
          if (at < 0 && !hasEnded) return;
          watchers.delete(look);
          if (at < 0) reject(new Error(`the program ended without ${JSON.stringify(text)}:\n${output}`));
          else {
            seen = at + text.length;
            resolve();
          }
        };
        watchers.add(look);
        look();
      }),
    ended: () => closed,
    kill: () => void child.kill(),
  };
}
