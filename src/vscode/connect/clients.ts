/** Every client that a person is offered, in the order of the list. */
import { EDITORS } from './editors.js';
import type { Client } from './guide.js';
import { PROGRAMS } from './programs.js';
import { SDKS } from './sdks.js';

export const CLIENTS: readonly Client[] = [...EDITORS, ...PROGRAMS, ...SDKS];

export const clientOf = (id: string): Client | undefined => CLIENTS.find((client) => client.id === id);
