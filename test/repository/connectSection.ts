/** The configurations in docs/clients.md, made of what Connect a Client shows for the usual address. */
import { CLIENTS } from '../../src/vscode/connect/clients.js';
import { guideOf, type Client, type EndpointInfo, type Snippet } from '../../src/vscode/connect/guide.js';

const USUAL: EndpointInfo = {
  localUrl: 'http://127.0.0.1:11434',
  externalUrl: 'http://127.0.0.1:11434',
  models: ['claude-sonnet', 'claude-opus', 'claude-haiku'],
  token: undefined,
  platform: 'linux',
};

/** A single value stands in its line, everything else in a block of its own. */
const shown = ({ label, language, text }: Snippet): string =>
  language === 'text' ? `${label}: \`${text}\`` : `\`\`\`${language}\n${text}\n\`\`\``;

function clientText(client: Client): string {
  const { steps, snippets } = guideOf(client, USUAL);
  return [
    `#### ${client.title}`,
    steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    ...snippets.map(shown),
  ].join('\n\n');
}

/** Markdown: a heading for each group, and one for each client. */
export function connectSection(): string {
  return CLIENTS.map((client, index) => {
    const { group } = client;
    const heading = CLIENTS[index - 1]?.group === group ? '' : `### ${group}\n\n`;
    return heading + clientText(client);
  }).join('\n\n');
}
