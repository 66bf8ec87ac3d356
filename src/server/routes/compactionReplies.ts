/** Loaded with the first compaction: only Codex asks for them. */
export { compactionEncoder, compactionReply } from '../../protocol/openai/responses/compactionReply.js';
