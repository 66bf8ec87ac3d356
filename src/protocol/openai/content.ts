/** The content of a message in the OpenAI APIs. */
export { readContent } from '../content.js';
