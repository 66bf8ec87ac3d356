/** A CLI that is neither installed nor signed in at first, and a stand-in model that answers with a greeting. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { startStandIn, textOf, textReply, type Reply, type StandInRequest } from '../standin/server.js';
import type { Model } from './model.js';

export interface SetupModel extends Model {
  /** Creates the file `cli`: a wrapper of the real CLI with a simulated sign-in. */
  install(): Promise<void>;
}

const HELLO = 'Hello! Good to meet you.';

/** `say: X` is answered with X, everything else with a greeting. */
function respond({ body }: StandInRequest): Reply {
  const last = body.messages.findLast(({ role }) => role === 'user');
  const [, text = HELLO] = /^say: (.*)$/s.exec(last === undefined ? '' : textOf(last)) ?? [];
  return textReply(text);
}

/** The wrapper simulates `auth login` and `auth status`, because a real sign-in needs a browser and an account. */
const wrapper = (account: string): string => `#!/bin/sh
case "$1 $2" in
  'auth login') echo 'Signing in…'; echo yes > '${account}'; echo 'Login successful.'; exit 0 ;;
  'auth status') if [ -e '${account}' ]; then echo '{"loggedIn":true}'; else echo '{"loggedIn":false}'; exit 1; fi ;;
  *) exec '${devCli()}' "$@" ;;
esac
`;

export async function startSetupModel(): Promise<SetupModel> {
  const standIn = await startStandIn({ respond });
  const environment = await standInEnvironment(standIn.url);
  const folder = join(environment.root, "it's here");
  const cli = join(folder, 'claude');
  return {
    env: environment.env,
    cli,
    requests: standIn.requests,
    async install() {
      await mkdir(folder);
      await writeFile(cli, wrapper(join(environment.root, 'account')), { mode: 0o755 });
    },
    async stop() {
      await environment.dispose();
      await standIn.close();
    },
  };
}
