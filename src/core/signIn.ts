/** How to sign the Claude CLI in, without a full stop: it begins a sentence of an error, a log line or a report. */
export const SIGN_IN_INSTRUCTION = 'Run "claude auth login" in a terminal';
