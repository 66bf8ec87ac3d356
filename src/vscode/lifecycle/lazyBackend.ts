import { type CliBackend, IDLE } from '../../core/cliBackend.js';

/**
 * A backend whose code is loaded on first use. The CLI driver is most of the program's code, and loading it would delay
 * the activation of the extension.
 * @param load called at most once
 */
export function lazyBackend(load: () => Promise<CliBackend>): CliBackend {
  let loading: Promise<CliBackend> | undefined;
  let loaded: CliBackend | undefined;
  const get = (): Promise<CliBackend> => {
    loading ??= load().then((backend) => (loaded = backend));
    return loading;
  };
  return {
    describe: async () => (await get()).describe(),
    inspect: async () => (await get()).inspect(),
    models: async () => (await get()).models(),
    async *chat(request, signal, listener) {
      yield* (await get()).chat(request, signal, listener);
    },
    async close() {
      if (loading !== undefined) await (await loading).close();
    },
    activity: () => loaded?.activity() ?? IDLE,
    closeNow: () => loaded?.closeNow(),
  };
}
