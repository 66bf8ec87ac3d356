/** The generated section of docs/clients.md: what the command "Connect a Client" shows for the default address. */
import { CLIENTS } from '../../src/vscode/connect/clients.js';
import { guideOf, type Client, type EndpointInfo, type Snippet } from '../../src/vscode/connect/guide.js';

const DEFAULT_ENDPOINT: EndpointInfo = {
  localUrl: 'http://127.0.0.1:11434',
  externalUrl: 'http://127.0.0.1:11434',
  models: ['claude-sonnet', 'claude-opus', 'claude-haiku'],
  token: undefined,
  platform: 'linux',
};

/** A single value is shown inline, everything else as a code block. */
const snippetText = ({ label, language, text }: Snippet): string =>
  language === 'text' ? `${label}: \`${text}\`` : `\`\`\`${language}\n${text}\n\`\`\``;

function guideText(client: Client): string {
  const { steps, snippets } = guideOf(client, DEFAULT_ENDPOINT);
  return [
    `#### ${client.title}`,
    steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    ...snippets.map(snippetText),
  ].join('\n\n');
}

/** Markdown with a heading for each group of clients and each client. */
export function clientGuides(): string {
  return CLIENTS.map((client, index) => {
    const { group } = client;
    const heading = CLIENTS[index - 1]?.group === group ? '' : `### ${group}\n\n`;
    return heading + guideText(client);
  }).join('\n\n');
}
