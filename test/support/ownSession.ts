/** Commands for a POSIX shell that start a process in a session of its own. macOS has no `setsid`. */

const PROGRAM = [
  'import os, sys',
  'os.setsid()',
  'open(sys.argv[1], "a").write("%d\\n" % os.getpid())',
  'os.execvp("sleep", ["sleep", "1000"])',
].join('; ');

/**
 * A process that leaves its session, appends its id to a file, and then sleeps. It must not lead a process group: end the
 * command with `&`, in a shell without job control.
 * @param pids path of the file, without quotes in it
 */
export function sleepInOwnSession(pids: string): string {
  return `python3 -c '${PROGRAM}' '${pids}'`;
}

/**
 * A command that stays until it is ended. It appends three process ids to a file: those of a process, of one in a session of
 * its own, and of the shell. The ids of Git Bash on Windows are not those of the system.
 */
export function stayingCommand(pids: string): string {
  return `sleep 1000 & echo $! >> ${pids}; ${sleepInOwnSession(pids)} & echo $$ >> ${pids}; sleep 1000`;
}
