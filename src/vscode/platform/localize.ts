/** The texts of the user interface in the language of VS Code. Pure, so that tests read the English texts. */

/** The translation of each English text. Empty in English. */
let translations: Readonly<Record<string, string>> = {};

/** Sets the translations. Call it before other modules are loaded: they translate their constants when they are loaded. */
export function useTranslations(bundle: Readonly<Record<string, string>> | undefined): void {
  translations = bundle ?? {};
}

/**
 * Translates a text.
 * @param text in English, with `{0}`, `{1}`, … for the values. Write it as a literal: a test collects all of them
 */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (translations[text] ?? text).replace(/\{(\d)\}/g, (_, index: string) =>
    String(values[Number(index)]),
  );
}
