/** Lines for the shells that people have. Pure. */

/**
 * A line that runs a program, for the shell of a terminal.
 * @param shell the shell's path, as the editor knows it; empty for a POSIX one
 * @param program a path; what is in it is taken as it is
 * @param args words of letters, digits and dashes
 */
export function shellCommand(shell: string, program: string, args: readonly string[]): string {
  const name = /[^\\/]*$/.exec(shell.toLowerCase())?.[0].replace(/\.exe$/, '');
  const words = [quoted(name ?? '', program), ...args].join(' ');
  return name === 'pwsh' || name === 'powershell' ? `& ${words}` : words;
}

function quoted(shell: string, text: string): string {
  switch (shell) {
    case 'pwsh':
    case 'powershell':
      return `'${text.replaceAll("'", "''")}'`;
    case 'cmd':
      // Quotes cannot be in paths of Windows.
      return `"${text}"`;
    case 'fish':
      return `'${text.replace(/[\\']/g, '\\$&')}'`;
    default:
      return `'${text.replaceAll("'", "'\\''")}'`;
  }
}
