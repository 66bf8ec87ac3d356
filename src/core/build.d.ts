/** The version in package.json, put in by the bundler; absent when the sources run unbundled. */
declare const __VERSION__: string | undefined;
