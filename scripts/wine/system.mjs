// How a Windows program is started in the Debian with wine. Paths without a drive are those of that system; wine calls its
// root folder Z:.

/** The folder that stands for the user's Windows. */
export const PREFIX = 'w/prefix';
/** Where a run sees the repository, the Windows programs, and the folder of the run. */
export const PROJECT = 'w/project';
export const PROGRAMS = 'w/programs';
export const RUN = 'w/run';
/** Folders of the system for what is mounted there. */
export const MOUNTED = [PROJECT, PROGRAMS, RUN, 'proc', 'dev'];

const TEMPORARY_FILES = `${PREFIX}/drive_c/users/root/AppData/Local/Temp`;

const ENVIRONMENT = {
  PATH: '/usr/bin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  // Without it, wine prints an error.
  XDG_RUNTIME_DIR: '/run',
  WINEPREFIX: `/${PREFIX}`,
  WINEDEBUG: '-all',
  // Without it, the first start asks to install two components.
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
};

/** @typedef {{ from: string, to: string }} Mount `from`: a folder of this machine; `to`: a folder of the system */

/**
 * The command that runs a program in the system, with mounts, processes and a network of its own: everything ends with the
 * command or with this program, and nothing but the loopback can be reached. Commands for one system run one after the other. Pure.
 * @param {string} system the system's folder
 * @param {readonly Mount[]} mounts
 * @param {readonly string[]} command
 * @returns {{ file: string, args: readonly string[] }}
 */
export function wineCommand(system, mounts, command) {
  const script = [
    'set -e',
    'ip link set lo up',
    ...mounts.map(({ from, to }) => `mount --bind ${quoted(from)} ${quoted(`${system}/${to}`)}`),
    `mount -t proc proc ${quoted(`${system}/proc`)}`,
    `mount --rbind /dev ${quoted(`${system}/dev`)}`,
    `! [ -d ${quoted(`${system}/${TEMPORARY_FILES}`)} ] || mount -t tmpfs tmpfs ${quoted(`${system}/${TEMPORARY_FILES}`)}`,
    `exec chroot ${quoted(system)} env -i -C /${PROJECT} "$@"`,
  ].join('\n');
  const variables = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child', '--propagation', 'private'];
  return {
    file: 'setpriv',
    args: [
      '--pdeathsig',
      'KILL',
      'flock',
      '--no-fork',
      system,
      'unshare',
      ...namespaces,
      'sh',
      '-c',
      script,
      'sh',
      ...variables,
      ...command,
    ],
  };
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The name that Windows programs have for a path of the system.
 * @param {string} path from the system's root folder
 */
export function windowsPath(path) {
  return `Z:\\${path.replaceAll('/', '\\')}`;
}
