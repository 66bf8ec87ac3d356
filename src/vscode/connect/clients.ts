/** Every client of the command Connect a Client, in the order of its list. */
import { AGENTS } from './agents.js';
import { EDITORS } from './editors.js';
import { FRAMEWORKS } from './frameworks.js';
import type { Client } from './guide.js';
import { PROGRAMS } from './programs.js';
import { SDKS } from './sdks.js';

export const CLIENTS: readonly Client[] = [...EDITORS, ...PROGRAMS, ...AGENTS, ...SDKS, ...FRAMEWORKS];

export const findClient = (id: string): Client | undefined => CLIENTS.find((client) => client.id === id);
