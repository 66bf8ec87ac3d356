/** Claude behind a real Ollama: one of this server's models, registered in the other server. */
import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import type { Ask } from '../endpointRig.js';
import type { SentReply } from './replies.js';

/** Sends a request to a server on this machine, on a connection of its own. */
export async function send(
  url: string,
  { method = 'GET', path, headers = {}, body }: Ask,
): Promise<SentReply> {
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const sent = request({ hostname, port, path, method, headers: { ...headers, ...length }, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

export interface RemoteModel {
  /** Its name here, and there. */
  readonly name: string;
  /** Where this server listens, also with a token: `http://127.0.0.1:11434/t/TOKEN`. */
  readonly remoteHost: string;
  readonly capabilities: readonly string[];
  /** Tokens. */
  readonly contextLength: number;
}

/** Registers a model in a real Ollama, as docs/clients.md says. @throws Error with the reply if it is refused */
export async function registerModel(ollamaUrl: string, model: RemoteModel): Promise<void> {
  const body = JSON.stringify({
    model: model.name,
    from: model.name,
    remote_host: model.remoteHost,
    info: {
      capabilities: model.capabilities,
      context_length: model.contextLength,
      model_family: 'claude',
      base_name: model.name,
    },
    stream: false,
  });
  const reply = await send(ollamaUrl, { method: 'POST', path: '/api/create', body });
  if (reply.body !== '{"status":"success"}') throw new Error(`${reply.status} ${reply.body}`);
}
