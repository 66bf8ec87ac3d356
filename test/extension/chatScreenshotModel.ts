/** The model behind the README's picture of a chat: one question, one streamed answer. */
import { devCli } from '../standin/devCli.js';
import { standInEnvironment } from '../standin/environment.js';
import { startStandIn, textOf, textReply, type Reply, type StandInRequest } from '../standin/server.js';
import type { Model } from './model.js';

export const QUESTION = 'Why does total([]) return 0?';
/** The end of the answer, as the chat shows it. */
export const LAST_WORDS = 'even when the cart is empty.';
const ANSWER = `\`sum\` starts at **0** and adds each price to it. An empty cart has nothing to add, so the total stays 0.

To refuse negative prices, check them first:

\`\`\`python
if any(price < 0 for price in prices):
    raise ValueError("negative price")
\`\`\`

\`any\` returns \`False\` for an empty list, so the check works ${LAST_WORDS}`;

/** The chat also asks for a title and for similar short texts, without offering its tools. */
function respond({ body }: StandInRequest): Reply {
  const last = body.messages.findLast(({ role }) => role === 'user');
  const isQuestion = (body.tools?.length ?? 0) > 0 && last !== undefined && textOf(last).includes(QUESTION);
  return isQuestion
    ? textReply(ANSWER, { pieceSize: 8, deltaDelayMs: 130 })
    : textReply('The total of an empty cart');
}

export async function startScreenshotModel(): Promise<Model> {
  const standIn = await startStandIn({ respond });
  const environment = await standInEnvironment(standIn.url);
  return {
    env: environment.env,
    cli: devCli(),
    requests: standIn.requests,
    async stop() {
      await environment.dispose();
      await standIn.close({ lenient: true });
    },
  };
}
