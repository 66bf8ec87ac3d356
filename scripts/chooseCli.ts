/** Which Claude CLI `npm start` uses, and canned answers when it is not signed in. `npm start` bundles this module. */
import { CliFinder, readAuthStatus } from '../src/claude/cli/cli.js';
import { thisMachine } from '../src/claude/cli/locate.js';
import { ChatError } from '../src/core/errors.js';
import { cannedReply } from '../test/standin/cannedReply.js';
import { devCli } from '../test/standin/devCli.js';
import { standInEnvironment } from '../test/standin/environment.js';
import { startStandIn } from '../test/standin/server.js';

export interface CliSearch {
  /** Absolute path of the option `--claude`; empty without one. */
  readonly claudePath: string;
  /** The folder in which the CLI will run. */
  readonly workspace: string;
  /** Called with the reason when the installed CLI cannot be used. */
  readonly onProblem: (line: string) => void;
}

export interface ChosenCli {
  readonly path: string;
  /** Where it was found, as `npm start` prints it. */
  readonly source: string;
  readonly signedIn: boolean;
}

/**
 * Chooses the CLI of `--claude`, else the installed one, else the one of the dev dependencies.
 * @throws ChatError when the one of `--claude` cannot be used
 */
export async function chooseCli(search: CliSearch): Promise<ChosenCli> {
  const { path, source } = await findCli(search);
  const { signedIn } = await readAuthStatus(path, process.env);
  return { path, source, signedIn };
}

async function findCli({ claudePath, workspace, onProblem }: CliSearch) {
  try {
    const found = await new CliFinder(claudePath, [workspace], thisMachine(process.env)).find();
    return { path: found.path, source: claudePath === '' ? found.source : '--claude' };
  } catch (error) {
    if (claudePath !== '' || !(error instanceof ChatError)) throw error;
    if (error.kind !== 'cliMissing') onProblem(error.message);
    return { path: devCli(), source: 'the dev dependency' };
  }
}

export interface CannedModel {
  /** The environment that makes the CLI use the stand-in. */
  readonly env: Record<string, string>;
  /** Call it after the CLI has exited. */
  stop(): Promise<void>;
}

/** Starts a stand-in for the Messages API with canned answers. */
export async function startCannedModel(): Promise<CannedModel> {
  const standIn = await startStandIn({ respond: cannedReply });
  const environment = await standInEnvironment(standIn.url);
  return {
    env: environment.env,
    async stop() {
      await standIn.close({ lenient: true });
      await environment.dispose();
    },
  };
}
