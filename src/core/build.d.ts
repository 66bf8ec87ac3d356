/** The version from package.json, defined by the bundler (esbuild.js); undefined when the sources run unbundled. */
declare const __VERSION__: string | undefined;
