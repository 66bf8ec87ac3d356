/**
 * What a person asks for now and then. It is a bundle of its own, which is loaded when it is first asked for: the start of
 * the editor does not wait for it.
 */
export { createConnect } from './connect/connect.js';
export { diagnose } from './diagnose/command.js';
export { createSetup } from './setup/setup.js';
