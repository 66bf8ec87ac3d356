/** The product version: from package.json in a bundle, a placeholder when the sources run unbundled. */
export const VERSION: string = typeof __VERSION__ === 'undefined' ? '0.0.0' : (__VERSION__ ?? '0.0.0');
