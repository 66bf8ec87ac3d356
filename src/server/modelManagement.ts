/** What few requests need: the handlers of the routes that manage models, and the file of stored models. */
export { createModelFile } from './modelFile.js';
export { blob, copy, create, pull, push, remove } from './routes/management.js';
