import type { PortOwner } from '../../server/server.js';

const PHRASES: Readonly<Record<PortOwner, string>> = {
  claudeOllama: 'Ollama Server for Claude',
  ollama: 'Ollama itself',
  other: 'another program',
  none: 'a program that does not answer',
};

/** Names the program that has a port, as the object of a sentence: "Port 11434 is in use by another program". */
export const describePortOwner = (owner: PortOwner): string => PHRASES[owner];
