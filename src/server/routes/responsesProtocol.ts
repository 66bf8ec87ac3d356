/** Loaded with the first request of `/v1/responses`: few clients use it. */
export { compactionEncoder, compactionReply } from '../../protocol/openai/responses/compactionReply.js';
export { responsesEncoder, responsesReply } from '../../protocol/openai/responses/reply.js';
export { decodeResponses, translateResponses } from '../../protocol/openai/responses/request.js';
