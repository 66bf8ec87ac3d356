/** The code of rarely used commands. It is a bundle of its own, loaded on first use, so that activation stays fast. */
import './platform/loadTranslations.js';

export { connectCommands, createConnect } from './connect/connect.js';
export { createDiagnose, diagnoseCommands } from './diagnose/command.js';
export { setupCommands } from './setup/setup.js';
