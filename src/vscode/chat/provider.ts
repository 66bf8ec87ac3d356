/** Claude in the editor's own chat: answered by the same backend as the server's clients, without the way over a port. */
import {
  Disposable,
  EventEmitter,
  LanguageModelChatToolMode,
  LanguageModelError,
  LanguageModelTextPart,
  LanguageModelToolCallPart,
  lm,
  type CancellationToken,
  type Event,
  type LanguageModelChatProvider,
  type LanguageModelResponsePart,
} from 'vscode';
import { listEntries, type CatalogEntry } from '../../core/catalog.js';
import type { ChatEvent, Lane } from '../../core/chat.js';
import { asChatError, ChatError } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import type { History } from '../activity/history.js';
import type { Controller } from '../lifecycle/controller.js';
import { CHAT_VENDOR } from '../platform/names.js';
import type { WorkspaceFolderWatch } from '../lifecycle/workspaceFolder.js';
import { lanesOf } from '../lifecycle/desiredConfig.js';
import { createObservedChats } from './observedChat.js';
import { modelInformation, type ModelInformation } from './models.js';
import { messageOf } from './fromVscode.js';
import { countTokens, toChatRequest } from './toChatRequest.js';

export interface ChatProviderOptions {
  readonly controller: Pick<Controller, 'backend' | 'readiness' | 'status'>;
  readonly place: Pick<WorkspaceFolderWatch, 'current'>;
  readonly history: Pick<History, 'watch'>;
  readonly log: Logger;
  /** Of the controller. When it may have changed the list of models, the editor asks for the list anew. */
  readonly onChange: Event<void>;
}

/** Who asks, for the log and the activity. The editor does not tell which of its parts, or which extension, it is. */
const CLIENT = 'VS Code Chat';

export function provideChat(options: ChatProviderOptions): Disposable {
  const { controller, place, history, log } = options;
  const { backend } = controller;
  const chats = createObservedChats({ backend, observeChat: history.watch, log });
  const lanes = (): readonly Lane[] => lanesOf(place.current);
  const folder = (): string => place.current.folder;
  const changed = new EventEmitter<void>();
  const entries = async (): Promise<CatalogEntry[]> => listEntries(await backend.models(), lanes());
  const modelsDependOn = (): string =>
    JSON.stringify([controller.status.state, controller.readiness, lanes(), folder()]);
  let known = modelsDependOn();

  const provider: LanguageModelChatProvider<ModelInformation> = {
    onDidChangeLanguageModelChatInformation: changed.event,
    async provideLanguageModelChatInformation({ silent }) {
      try {
        return (await entries()).map((entry) => modelInformation(entry, folder()));
      } catch (error) {
        // Nobody asked for them, so nobody needs to hear why there are none; the status bar tells it.
        if (silent) return [];
        throw error;
      }
    },
    async provideLanguageModelChatResponse({ id }, messages, { tools = [], toolMode }, progress, token) {
      try {
        const entry = (await entries()).find(({ name }) => name === id);
        if (entry === undefined) throw new ChatError('unknownModel', `There is no model ${id} any more.`);
        const mustCall = toolMode === LanguageModelChatToolMode.Required;
        const request = toChatRequest({ messages: messages.map(messageOf), tools, mustCall }, entry, CLIENT);
        await chats.answer(entry, request, signalOf(token), (event) => {
          const part = partOf(event);
          if (part !== undefined) progress.report(part);
        });
      } catch (error) {
        throw editorError(error);
      }
    },
    provideTokenCount: (_model, text) => {
      const parts = typeof text === 'string' ? [{ type: 'text' as const, text }] : messageOf(text).parts;
      return Promise.resolve(countTokens(parts));
    },
  };
  const subscription = options.onChange(() => {
    const now = modelsDependOn();
    if (now === known) return;
    known = now;
    changed.fire();
  });
  return Disposable.from(lm.registerLanguageModelChatProvider(CHAT_VENDOR, provider), subscription, changed);
}

/** The part of the answer that the editor shows. It has no stable part for thinking. */
function partOf(event: ChatEvent): LanguageModelResponsePart | undefined {
  if (event.type === 'text') return new LanguageModelTextPart(event.text);
  if (event.type !== 'toolCall') return undefined;
  const { id, name, arguments: input } = event.call;
  return new LanguageModelToolCallPart(id, name, input);
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** In the editor's classes, by which extensions tell what they can do about it. */
function editorError(thrown: unknown): Error {
  const { kind, message } = asChatError(thrown);
  const error =
    kind === 'rateLimited' || kind === 'busy'
      ? LanguageModelError.Blocked(message)
      : kind === 'unknownModel'
        ? LanguageModelError.NotFound(message)
        : new Error(message);
  // The chat shows it to the person, below the message.
  error.stack = '';
  return error;
}
