/** What the tests of an agent share: its program, a project in which it works, and a server. */
import { createAgentProject, type AgentProject } from '../support/agentProject.js';
import { startHeadless, type Headless, type HeadlessOptions } from '../support/headless.js';

export interface AgentRig {
  /** What `install` returned. */
  readonly program: string;
  /** Creates the project of a test. */
  createProject(): Promise<AgentProject>;
  /** Starts the server of a test. */
  startServer(options: Pick<HeadlessOptions, 'args' | 'respond'>): Promise<Headless>;
}

/** Arguments of a server that answers only models that it lists. */
export const LISTED_MODELS_ONLY: readonly string[] = ['--unknown-models', 'reject'];

/**
 * Installs the program before the tests of a suite, and closes the project and the server after each. Call it in `describe`.
 * @param install returns the path of the program, or skips the tests
 */
export function agentRig(install: (context: Mocha.Context) => Promise<string>): AgentRig {
  let program = '';
  let project: AgentProject | undefined;
  let headless: Headless | undefined;

  before(async function () {
    this.timeout(600_000);
    program = await install(this);
  });
  afterEach(async () => {
    await project?.close();
    await headless?.stop();
    project = undefined;
    headless = undefined;
  });

  return {
    get program() {
      return program;
    },
    createProject: async () => (project = await createAgentProject()),
    startServer: async (options) => (headless = await startHeadless(options)),
  };
}
