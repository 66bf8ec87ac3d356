/** What `npm start` finds out before it starts the server. Bundled for it, because it runs without a compile step. */
import { CliFinder, isSignedIn } from '../src/claude/cli/cli.js';
import { thisMachine } from '../src/claude/cli/locate.js';
import { ChatError } from '../src/core/errors.js';
import { cannedReply } from '../test/standin/cannedReply.js';
import { devCli } from '../test/standin/devCli.js';
import { standInEnvironment } from '../test/standin/environment.js';
import { startStandIn } from '../test/standin/server.js';

export interface ChosenCli {
  readonly path: string;
  /** Where it comes from, for people. */
  readonly source: string;
  readonly signedIn: boolean;
}

/**
 * The CLI given on the command line, else the installed one, else the dev dependency's.
 * @param given absolute path; empty for none
 * @param note gets a line when the installed CLI cannot be used
 * @throws ChatError when the given one cannot be used
 */
export async function chooseCli(
  given: string,
  workspace: string,
  note: (line: string) => void,
): Promise<ChosenCli> {
  const { path, source } = await findCli(given, workspace, note);
  return { path, source, signedIn: await isSignedIn(path, process.env) };
}

async function findCli(given: string, workspace: string, note: (line: string) => void) {
  try {
    const found = await new CliFinder(given, [workspace], thisMachine(process.env)).find();
    return { path: found.path, source: given === '' ? found.source : '--claude' };
  } catch (error) {
    if (given !== '' || !(error instanceof ChatError)) throw error;
    if (error.kind !== 'cliMissing') note(error.message);
    return { path: devCli(), source: 'the dev dependency' };
  }
}

export interface CannedModel {
  /** The environment that points the CLI at the stand-in. */
  readonly env: Record<string, string>;
  /** Call it after the child has ended. */
  stop(): Promise<void>;
}

/** The stand-in Messages API with canned answers, and an environment for the CLI. */
export async function startCannedModel(): Promise<CannedModel> {
  const standIn = await startStandIn({ respond: cannedReply });
  const place = await standInEnvironment(standIn.url);
  return {
    env: place.env,
    async stop() {
      await standIn.close({ lenient: true });
      await place.dispose();
    },
  };
}
