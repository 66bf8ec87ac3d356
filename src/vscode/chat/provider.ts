/** Claude in VS Code's own chat, answered by the same backend as the server's clients, without a request to the port. */
import {
  Disposable,
  EventEmitter,
  LanguageModelChatToolMode,
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
import { withDigits } from '../../core/json.js';
import type { Logger } from '../../core/log.js';
import { withStoredModels } from '../../core/storedEntries.js';
import type { History } from '../activity/history.js';
import type { Controller } from '../lifecycle/controller.js';
import { problemText } from '../notifications/problemText.js';
import { CHAT_VENDOR } from '../platform/names.js';
import type { StoredModelFile } from '../platform/storedModels.js';
import type { WorkspaceFolderWatch } from '../lifecycle/workspaceFolder.js';
import { lanesOf } from '../lifecycle/desiredConfig.js';
import { createObservedChats } from './observedChat.js';
import { modelInformation, type ModelInformation } from './modelInformation.js';
import { toPromptMessage } from './fromVscode.js';
import { countTokens, toChatRequest } from './toChatRequest.js';
import { t } from '../platform/localize.js';

export interface ChatProviderOptions {
  readonly controller: Pick<Controller, 'backend' | 'isStopRequested' | 'readiness' | 'status'>;
  readonly folder: Pick<WorkspaceFolderWatch, 'current'>;
  readonly history: Pick<History, 'watch'>;
  readonly models: Pick<StoredModelFile, 'read' | 'onChange'>;
  readonly log: Logger;
  /** Fires when the controller's status may have changed, and with it the list of models. */
  readonly onChange: Event<void>;
}

/** The client's name in the log and the Activity view. VS Code does not report which extension sends a request. */
const CLIENT = 'VS Code Chat';

export function provideChat(options: ChatProviderOptions): Disposable {
  const { controller, folder, history, models, log, onChange } = options;
  const { backend } = controller;
  const chats = createObservedChats({ backend, observeChat: history.watch, log });
  const lanes = (): readonly Lane[] => lanesOf(folder.current);
  const folderPath = (): string => folder.current.folder;
  const modelsChanged = new EventEmitter<void>();
  const entries = async (): Promise<CatalogEntry[]> =>
    withStoredModels(listEntries(await backend.models(), lanes()), await models.read());
  const modelListInputs = (): string =>
    JSON.stringify([controller.status.state, controller.readiness, lanes(), folderPath()]);
  let lastInputs = modelListInputs();
  let listed: ModelInformation[] = [];

  const provider: LanguageModelChatProvider<ModelInformation> = {
    onDidChangeLanguageModelChatInformation: modelsChanged.event,
    async provideLanguageModelChatInformation({ silent }) {
      // Without the server, the CLI starts when the user asks it something, and not to list its models.
      if (silent && controller.isStopRequested) return listed;
      try {
        listed = (await entries()).map((entry) => modelInformation(entry, folderPath()));
        return listed;
      } catch (error) {
        // `silent` means that the user did not ask for the list. The status bar reports the reason.
        if (silent) return [];
        throw error;
      }
    },
    async provideLanguageModelChatResponse({ id }, messages, { tools = [], toolMode }, progress, token) {
      try {
        const entry = (await entries()).find(({ name }) => name === id);
        if (entry === undefined)
          throw new ChatError('unknownModel', t('The model {0} no longer exists.', id));
        const mustCall = toolMode === LanguageModelChatToolMode.Required;
        const prompt = { messages: messages.map(toPromptMessage), tools, mustCall };
        const request = toChatRequest(prompt, entry, CLIENT);
        await chats.answer(entry, request, toAbortSignal(token), (event) => {
          const part = toResponsePart(event);
          if (part !== undefined) progress.report(part);
        });
      } catch (error) {
        throw toEditorError(error);
      }
    },
    provideTokenCount: (_model, text) => {
      const parts =
        typeof text === 'string' ? [{ type: 'text' as const, text }] : toPromptMessage(text).parts;
      return Promise.resolve(countTokens(parts));
    },
  };
  const subscription = onChange(() => {
    const inputs = modelListInputs();
    if (inputs === lastInputs) return;
    lastInputs = inputs;
    modelsChanged.fire();
  });
  return Disposable.from(
    lm.registerLanguageModelChatProvider(CHAT_VENDOR, provider),
    subscription,
    models.onChange(() => modelsChanged.fire()),
    modelsChanged,
  );
}

/** Thinking is left out: VS Code's stable API has no part for it. */
function toResponsePart(event: ChatEvent): LanguageModelResponsePart | undefined {
  if (event.type === 'text') return new LanguageModelTextPart(event.text);
  if (event.type !== 'toolCall') return undefined;
  const { id, name, arguments: input } = event.call;
  // VS Code cannot pass a `bigint` on.
  return new LanguageModelToolCallPart(id, name, withDigits(input));
}

function toAbortSignal(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/**
 * A plain error: VS Code creates a `LanguageModelError` anew in each process, with a stack, and its chat shows the stack to the
 * user, below the message.
 */
function toEditorError(thrown: unknown): Error {
  const error = new Error(problemText(asChatError(thrown)));
  error.stack = '';
  return error;
}
