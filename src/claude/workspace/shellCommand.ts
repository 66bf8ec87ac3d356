/**
 * Decides whether a shell command certainly stays in the workspace. The CLI lets commands that only read pass without a
 * question, but it neither expands patterns nor resolves links. So every command that is not plainly literal needs the
 * user's permission. Pure, given the check of paths.
 */

/** A word without any character that a shell expands or interprets, or a quoted text without expansions. */
const WORD = /^(?:[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*|'[^'\p{Cc}]*'|"[^"$`\\!\p{Cc}]*")$/u;

/** One word or operator, and the white space before it. */
const TOKEN = /([ \t]*)('[^']*'|"[^"]*"|&&|\|\||[;|]|[^\s'"&|;]+)/y;

const OPERATORS: ReadonlySet<string> = new Set(['&&', '||', ';', '|']);

/**
 * Options that neither follow links, nor recurse where links lead, nor name a file. An option of any other command, and any
 * other option, needs permission.
 */
const SAFE_OPTIONS: Readonly<Record<string, RegExp>> = {
  cat: /^-[AbeEnstTuv]+$/,
  cut: /^-[bcdfs][\d,-]*$/,
  du: /^-[abchkms]+$/,
  echo: /^-[neE]+$/,
  file: /^-b$/,
  find: /^-(?:name|iname|path|ipath|type|maxdepth|mindepth|not|size|empty|print|o|a)$/,
  git: /^(?:-[nps\d]+|--(?:oneline|stat|name-only|name-status|cached|staged|short|graph|all|decorate|no-pager))$/,
  grep: /^-(?:[EFGPinovwxclLqshHazZbr]+|[ABCm]\d*)$/,
  head: /^-(?:[qvz]+|[nc]\d*|\d+)$/,
  ls: /^-[1aABdFghiklmnopqrRsStuUvxX]+$/,
  rg: /^-(?:[FinovwxclsS]+|[ABCm]\d*)$/,
  sort: /^-[bdfghinrRuV]+$/,
  stat: /^-t$/,
  tail: /^-(?:[qvz]+|[nc]\+?\d*|\d+)$/,
  uniq: /^-[cdiu]+$/,
  wc: /^-[clmwL]+$/,
  which: /^-a$/,
};

/** Reserved words of shells. */
const KEYWORD =
  /^(?:begin|case|coproc|do|done|elif|else|end|esac|fi|for|foreach|function|if|in|repeat|select|switch|then|until|while)$/;

/** Commands that change what later words mean, or that run their arguments or their input. */
const RUNS_OR_CHANGES =
  /^(?:alias|ba?sh|builtin|cd|command|csh|da?sh|env|eval|exec|export|fish|k?sh|nice|nohup|parallel|popd|pushd|set|source|stdbuf|sudo|tcsh|time|timeout|watch|xargs|zsh)$/;

/** Commands that open the files in a given folder, and follow links there: `diff a b` reads what `a/link` leads to. */
const OPENS_ENTRIES = /^(?:colordiff|diff|diff3|sdiff)$/;

/** Commands that show what is outside of the workspace without being given a path. */
const SHOWS_OUTSIDE =
  /^(?:df|dig|docker|free|getent|gh|groups|history|host|hostname|id|ifconfig|info|ip|kubectl|last|locate|lsof|man|mount|netstat|pgrep|printenv|ps|ss|top|w|who)$/;

/**
 * Whether a command is a list or pipeline of simple commands, all of whose words are literal and stay in the workspace if
 * they are taken for paths, and all of whose options are known to be safe. Any other command may leave the workspace.
 * @param isInside whether a path stays in the workspace, after links are resolved
 */
export async function staysInside(
  command: string,
  isInside: (path: string) => Promise<boolean>,
): Promise<boolean> {
  const commands = simpleCommands(command.trim());
  if (commands?.every(isKnown) !== true) return false;
  const paths = commands.flatMap((words) => words.flatMap(possiblePaths));
  return (await Promise.all(paths.map((path) => isInside(path)))).every(Boolean);
}

/** The words of each simple command; `undefined` if the text is anything else than a list or pipeline of such. */
function simpleCommands(text: string): string[][] | undefined {
  const commands: string[][] = [[]];
  let end = 0;
  let afterWord = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, space, token = ''] = match;
    const isOperator = OPERATORS.has(token);
    // A quoted text that touches another word is a part of that word.
    if (afterWord && !isOperator && space === '') return undefined;
    if (isOperator) commands.push([]);
    else if (WORD.test(token)) commands.at(-1)?.push(token.replace(/^(['"])(.*)\1$/u, '$2'));
    else return undefined;
    afterWord = !isOperator;
    end = TOKEN.lastIndex;
  }
  return end === text.length && commands.every((words) => words.length > 0) ? commands : undefined;
}

function isKnown([name = '', ...words]: readonly string[]): boolean {
  // A program on PATH, or one in the workspace: its path is checked like that of a file.
  if (!/^[A-Za-z.][\w./-]*$/.test(name) || name === '.') return false;
  if ([KEYWORD, RUNS_OR_CHANGES, OPENS_ENTRIES, SHOWS_OUTSIDE].some((names) => names.test(name)))
    return false;
  const options = words.filter((word) => word.startsWith('-') && word !== '-');
  return options.every((option) => SAFE_OPTIONS[name]?.test(option) === true);
}

/** A word, and each part of it that a program may take for a path: `if=/dev/sda`, `HEAD:file`, `r /etc/hosts`. */
function possiblePaths(word: string): string[] {
  if (word.startsWith('-') || word === '') return [];
  return [word, ...word.split(/[=:,@\s;|()"'<>]+/).filter((part) => part !== '' && part !== word)];
}
