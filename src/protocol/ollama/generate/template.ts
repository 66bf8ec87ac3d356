/** The `template` of `/api/generate`. Claude needs none: a valid one is ignored, an invalid one is refused as in Ollama. */

/**
 * The index after the end of an action (`{{ … }}`), or `undefined` when it is not closed. Ignores braces in quotes.
 * @param from after the opening braces
 */
function actionEnd(template: string, from: number): number | undefined {
  for (let at = from; at < template.length; at += 1) {
    const char = template[at];
    if (char === '}' && template[at + 1] === '}') return at + 2;
    if (char !== '"' && char !== '`') continue;
    at += 1;
    while (at < template.length && template[at] !== char) at += char === '"' && template[at] === '\\' ? 2 : 1;
  }
  return undefined;
}

/** The error message of Go's `text/template` for an action that is not closed; `undefined` for every other template. */
export function templateError(template: string): string | undefined {
  let opened = template.indexOf('{{');
  while (opened >= 0) {
    const end = actionEnd(template, opened + 2);
    if (end === undefined) {
      const line = template.slice(0, opened).split('\n').length;
      return `template: :${line}: unclosed action`;
    }
    opened = template.indexOf('{{', end);
  }
  return undefined;
}
