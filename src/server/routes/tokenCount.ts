/** Loaded with the first request that only counts tokens: few clients count them. */
export { estimateRequestTokens } from '../../core/requestTokens.js';
