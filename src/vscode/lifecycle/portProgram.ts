/** Which program listens on a port of this machine, where the system tells it to this user. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

export interface PortProgram {
  /** As the system shows it: `python3`. */
  readonly name: string;
  readonly pid: number;
}

const TIMEOUT_MS = 3_000;
/** The state LISTEN in /proc/net/tcp (Linux, `include/net/tcp_states.h`). */
const LISTENING = '0A';

/** Never rejects: without an answer of the system, the program has no name. */
export async function findPortProgram(
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<PortProgram | undefined> {
  try {
    if (platform === 'linux') return await programOnLinux(port);
    const [command, args] = platform === 'win32' ? windowsCommand(port) : macCommand(port);
    const { stdout } = await promisify(execFile)(command, args, { timeout: TIMEOUT_MS, windowsHide: true });
    return platform === 'win32' ? parseNameAndPid(stdout) : parseLsof(stdout);
  } catch {
    return undefined;
  }
}

/** The inodes of the sockets that listen on a port. @param table the text of `/proc/net/tcp` or `/proc/net/tcp6` */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return local.endsWith(`:${hex}`) && state === LISTENING && inode !== undefined ? [inode] : [];
  });
}

async function programOnLinux(port: number): Promise<PortProgram | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const sockets = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((id) => `socket:[${id}]`),
  );
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // The files of other users' processes cannot be read.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    if (!links.some((link) => sockets.has(link))) continue;
    const [program = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return { name: basename(program), pid: Number(pid) };
  }
  return undefined;
}

const macCommand = (port: number): [string, string[]] => [
  '/usr/sbin/lsof',
  ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'],
];

/** The first program in the output of `lsof -Fpc`: a line `p` with the id, and a line `c` with the name. */
export function parseLsof(output: string): PortProgram | undefined {
  const [, pid] = /^p(\d+)$/m.exec(output) ?? [];
  const [, name] = /^c(.+)$/m.exec(output) ?? [];
  return pid === undefined || name === undefined ? undefined : { name, pid: Number(pid) };
}

const windowsCommand = (port: number): [string, string[]] => [
  join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32/WindowsPowerShell/v1.0/powershell.exe'),
  [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    `$p = Get-Process -Id (Get-NetTCPConnection -LocalPort ${port} -State Listen)[0].OwningProcess; "$($p.Id) $($p.ProcessName)"`,
  ],
];

/** `1234 python`. */
export function parseNameAndPid(output: string): PortProgram | undefined {
  const [, pid, name] = /^(\d+) (.+)$/m.exec(output.trim()) ?? [];
  return pid === undefined || name === undefined ? undefined : { name, pid: Number(pid) };
}
