/** The version of this program: package.json's in a bundle, a placeholder where the sources run unbundled. */
export const VERSION: string = typeof __VERSION__ === 'undefined' ? '0.0.0' : (__VERSION__ ?? '0.0.0');
