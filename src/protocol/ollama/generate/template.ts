/** The `template` of `/api/generate`. Claude needs none, so a good one is ignored; a broken one is refused as Ollama does. */

/** Where an action ends that was opened before `from`, quotes respected; `undefined` when it never does. */
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

/** What Go says of a template with an action that is opened and never closed; `undefined` for every other one. */
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
