import type { ChatRequest } from '../../../../src/core/chat.js';
import { type MessagesBody, translateMessages } from '../../../../src/protocol/anthropic/request.js';
import { ENTRY } from '../openai/requests.js';

/** What a decoded body asks of the model. */
export const chatRequestOf = (body: MessagesBody): ChatRequest => translateMessages(body, ENTRY);
