/**
 * Ends CLI processes if this program is killed and cannot do it itself: the CLI would otherwise finish its turn, including
 * its commands. The watchdog is a small process that reads from a pipe; when this program exits, the pipe closes and the
 * watchdog ends the processes on its list.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Logger } from '../../core/log.js';
import { WINDOWS_SCRIPT } from './windowsWatchdog.js';

/**
 * Reads `+ PID` and `- PID` until its stdin closes; `! PID` means the same as the latter. Then sends SIGTERM to the listed processes, on which the CLI ends its
 * own commands, and after two seconds SIGKILL to those and their descendants that are still running. Needs only a POSIX
 * shell.
 */
const POSIX_SCRIPT = `
pids=" "
while read -r op pid; do
  case $op in
    +) pids="$pids$pid " ;;
    -|!) case $pids in *" $pid "*) pids="\${pids%%" $pid "*} \${pids#*" $pid "}" ;; esac ;;
  esac
done
[ "$pids" = " " ] && exit 0
table=
if [ -r /proc/self/status ]; then
  for folder in /proc/[0-9]*; do
    while read -r key value; do
      case $key in PPid:) table="$table \${folder#/proc/} $value"; break ;; esac
    done 2>/dev/null <"$folder/status"
  done
else
  table=$(/bin/ps -A -o pid= -o ppid=)
fi
all=$pids
grew=1
while [ $grew = 1 ]; do
  grew=0
  set -- $table
  while [ $# -ge 2 ]; do
    case $all in *" $2 "*) case $all in *" $1 "*) ;; *) all="$all$1 "; grew=1 ;; esac ;; esac
    shift 2
  done
done
kill -TERM $pids 2>/dev/null
for second in 1 2; do
  sleep 1
  left=
  for pid in $all; do kill -0 $pid 2>/dev/null && left=1; done
  [ -z "$left" ] && exit 0
done
kill -KILL $all 2>/dev/null
`;

/**
 * The command that runs the watchdog. Pure.
 * @param node path of the Node or Electron executable, used on Windows
 */
export function watchdogCommand(
  platform: NodeJS.Platform,
  node: string,
): { file: string; args: readonly string[]; env: Readonly<Record<string, string>> } {
  return platform === 'win32'
    ? { file: node, args: ['-e', WINDOWS_SCRIPT], env: { ELECTRON_RUN_AS_NODE: '1' } }
    : { file: '/bin/sh', args: ['-c', POSIX_SCRIPT], env: {} };
}

/** Starts the watchdog process with the first watched process, and again if it has exited. */
export class Watchdog {
  readonly #log: Logger;
  readonly #watched = new Set<number>();
  #child: ChildProcess | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Adds a process that must not outlive this program. */
  watch(pid: number): void {
    this.#watched.add(pid);
    if (this.#child === undefined) this.#start();
    else this.#send('+', pid);
  }

  /** Removes a process that was ended with its tree. */
  unwatch(pid: number): void {
    this.#watched.delete(pid);
    this.#send('-', pid);
  }

  /** Removes a process that has exited unexpectedly. On Windows, ends what it has started; elsewhere see `endOrphanedProcesses`. */
  endOrphans(pid: number): void {
    this.#watched.delete(pid);
    this.#send('!', pid);
  }

  /** Closes the pipe: the watchdog ends the processes that are still watched, then exits. */
  close(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.stdin?.end();
  }

  #start(): void {
    const { file, args, env } = watchdogCommand(process.platform, process.execPath);
    const child = spawn(file, args, {
      // A process group of its own, so that signals sent to our group do not end it.
      detached: true,
      cwd: process.platform === 'win32' ? undefined : '/',
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
      windowsHide: true,
    });
    this.#child = child;
    const onExit = (reason: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#log.debug(`[watchdog] ${reason}`);
    };
    child.on('error', (error) => onExit(error.message)).on('exit', () => onExit('exited'));
    child.stdin?.on('error', (error) => onExit(error.message));
    child.unref();
    for (const pid of this.#watched) this.#send('+', pid);
  }

  #send(operation: '+' | '-' | '!', pid: number): void {
    this.#child?.stdin?.write(`${operation} ${pid}\n`);
  }
}
