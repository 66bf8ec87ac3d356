/**
 * A command line that runs a program in the shell of a terminal.
 * @param shell the path of the shell as VS Code reports it; unknown shells are treated as POSIX shells
 * @param program a path, which is quoted
 * @param args words of letters, digits and dashes, which are not quoted
 */
export function shellCommand(shell: string, program: string, args: readonly string[]): string {
  const name = /[^\\/]*$/.exec(shell.toLowerCase())?.[0].replace(/\.exe$/, '');
  const words = [quote(name ?? '', program), ...args].join(' ');
  return name === 'pwsh' || name === 'powershell' ? `& ${words}` : words;
}

function quote(shell: string, text: string): string {
  switch (shell) {
    case 'pwsh':
    case 'powershell':
      // Typographic quotes count, too.
      return `'${text.replace(/['\u2018-\u201B]/g, '$&$&')}'`;
    case 'cmd':
      // Paths on Windows cannot contain quotes.
      return `"${text}"`;
    case 'fish':
      return `'${text.replace(/[\\']/g, '\\$&')}'`;
    default:
      return `'${text.replaceAll("'", "'\\''")}'`;
  }
}
