/** Every client of the command Connect a Client, in the order of its list: the groups one after the other. */
import { AGENTS } from './agents.js';
import { EDITORS } from './editors.js';
import { FRAMEWORKS } from './frameworks.js';
import type { Client, ClientGroup } from './guide.js';
import { LOCAL_TOOLS } from './localTools.js';
import { OLLAMA_PROGRAMS } from './ollamaPrograms.js';
import { PROGRAMS } from './programs.js';
import { SDKS } from './sdks.js';

const GROUPS: readonly ClientGroup[] = [
  'Editors and Extensions',
  'Applications',
  'Terminal',
  'Your Own Programs',
];
const ALL: readonly Client[] = [
  ...EDITORS,
  ...PROGRAMS,
  ...OLLAMA_PROGRAMS,
  ...LOCAL_TOOLS,
  ...AGENTS,
  ...SDKS,
  ...FRAMEWORKS,
];

export const CLIENTS: readonly Client[] = GROUPS.flatMap((group) =>
  ALL.filter((client) => client.group === group),
);

export const findClient = (id: string): Client | undefined => CLIENTS.find((client) => client.id === id);
