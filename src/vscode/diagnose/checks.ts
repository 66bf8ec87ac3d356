/** The checks of the diagnostics: what each finding means, and what the user should do about it. Pure. */
import type { CliDiagnosis } from '../../core/cliBackend.js';
import { portOwnerName, type PortOwner } from '../../core/portOwner.js';
import { SIGN_IN_INSTRUCTION } from '../../core/signIn.js';
import type { Addresses } from '../ui/address.js';
import type { Status } from '../lifecycle/status.js';

export interface Check {
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do, for a warning or a failure. */
  readonly nextStep?: string;
}

/** The reply to a request that the diagnostics sent to the server. */
export interface Probe {
  /** 0 when there was no reply. */
  readonly status: number;
  /** The body of the reply, or the reason why there was none. */
  readonly text: string;
}

const START = 'Run "Claude Ollama: Start".';
const FOLLOW_MESSAGE = 'Follow the message above.';

const ok = (title: string, detail: string): Check => ({ title, state: 'ok', detail });
const failed = (title: string, detail: string, nextStep: string): Check => ({
  title,
  state: 'failed',
  detail,
  nextStep,
});
const warning = (title: string, detail: string, nextStep: string): Check => ({
  ...failed(title, detail, nextStep),
  state: 'warning',
});
const skipped = (title: string, detail: string): Check => ({ title, state: 'skipped', detail });

/** @param found what was found, or the message of the error */
export function checkCli(found: CliDiagnosis | string): Check[] {
  const title = 'Claude CLI';
  if (typeof found === 'string') {
    return [
      failed(title, found, `${FOLLOW_MESSAGE} Then run the diagnostics again.`),
      skipped('Sign-in', 'the CLI was not found'),
    ];
  }
  const { path, source, version, missingFlags, signedIn, cannotReuse } = found;
  const program = `${version} at ${path}, from ${source}`;
  return [
    missingFlags.length === 0
      ? ok(title, `${program}; supports every flag that is needed`)
      : failed(
          title,
          `${program}, does not support ${missingFlags.join(', ')}`,
          'Run "claude update" in a terminal.',
        ),
    signedIn
      ? ok('Sign-in', 'the CLI has credentials')
      : failed('Sign-in', 'the CLI has no credentials', `${SIGN_IN_INSTRUCTION}.`),
    ...(cannotReuse ? [reuseWarning(version)] : []),
  ];
}

const reuseWarning = (version: string): Check =>
  warning(
    'Reuse of processes',
    `version ${version} of the CLI failed to remove a conversation from its process, so the process cannot be used again: ` +
      'a new one is started, and answers start later',
    'Run "claude update" in a terminal. If this warning stays, update this extension.',
  );

export function checkServer(status: Status): Check {
  const title = 'Server';
  switch (status.state) {
    case 'running':
      return ok(title, `running on ${status.url} (folder: ${status.folder})`);
    case 'starting':
      return warning(
        title,
        `starting on port ${status.port}`,
        'Wait a moment, then run the diagnostics again.',
      );
    case 'elsewhere':
      return ok(
        title,
        `another window is serving ${status.url} (folder: ${status.folder ?? 'not known yet'})`,
      );
    case 'stopped':
      return failed(title, 'stopped', START);
    case 'failed':
      return failed(title, status.message, `${FOLLOW_MESSAGE} Then run "Claude Ollama: Start".`);
  }
}

/** Which program answers on a port. */
function answering(owner: PortOwner): string {
  if (owner === 'none') return 'no program answers';
  return owner === 'claudeOllama' ? 'this server answers' : `${portOwnerName(owner)} answers`;
}

/** Clients may resolve `localhost` to either loopback address, so both are checked. */
export function checkPort(port: number, ipv4Owner: PortOwner, ipv6Owner: PortOwner): Check[] {
  const title = (address: string): string => `Port ${port} on ${address}`;
  const ipv4 =
    ipv4Owner === 'claudeOllama'
      ? ok(title('127.0.0.1'), answering('claudeOllama'))
      : failed(
          title('127.0.0.1'),
          answering(ipv4Owner),
          ipv4Owner === 'none' ? START : 'Quit that program, or change the setting claudeOllama.port.',
        );
  if (ipv6Owner === 'claudeOllama') return [ipv4, ok(title('::1'), answering('claudeOllama'))];
  if (ipv6Owner === 'none') {
    return [ipv4, skipped(title('::1'), `${answering('none')}, so clients use 127.0.0.1`)];
  }
  return [
    ipv4,
    warning(
      title('::1'),
      answering(ipv6Owner),
      'Clients that use "localhost" may reach that program. Use 127.0.0.1 instead.',
    ),
  ];
}

/** Requests that a web page could make a browser send must be rejected with 403. */
export function checkGuard(foreignHost: Probe, foreignOrigin: Probe): Check {
  const title = 'Host and Origin checks';
  const accepted = [
    ...(foreignHost.status === 403 ? [] : [`a request for another host (${foreignHost.status})`]),
    ...(foreignOrigin.status === 403 ? [] : [`a request of a web page (${foreignOrigin.status})`]),
  ];
  return accepted.length === 0
    ? ok(title, 'requests of web pages and for other hosts are rejected')
    : failed(
        title,
        `not rejected: ${accepted.join(', ')}`,
        'Check the settings allowedHosts and allowedOrigins.',
      );
}

/** The fields of a JSON reply that the checks use; none if it is not JSON. */
function parseReply({ text }: Probe): { readonly models?: unknown[]; readonly error?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

/** The two requests that clients usually send first. */
export function checkDiscovery(version: Probe, tags: Probe): Check {
  const title = 'Model list for clients';
  if (version.status !== 200) {
    return failed(
      title,
      `GET /api/version: ${version.status} ${version.text}`,
      'Run "Claude Ollama: Show Log".',
    );
  }
  const { models, error } = parseReply(tags);
  if (tags.status !== 200 || models === undefined) {
    return failed(title, `GET /api/tags: ${tags.status} ${error ?? tags.text}`, FOLLOW_MESSAGE);
  }
  return ok(title, `${models.length} models are listed`);
}

/** @param probe the reply to a chat request; `undefined` when the user did not choose to send one */
export function checkChat(probe: Probe | undefined): Check {
  const title = 'Chat';
  if (probe === undefined) return skipped(title, 'not sent, because it uses tokens');
  return probe.status === 200
    ? ok(title, 'Claude answered')
    : failed(
        title,
        `${probe.status} ${parseReply(probe).error ?? probe.text}`,
        `${FOLLOW_MESSAGE} The log has the details.`,
      );
}

/** @param modelCount the number of this extension's models in VS Code's own chat */
export function checkEditorChat(modelCount: number): Check {
  const title = "VS Code's own chat";
  return modelCount > 0
    ? ok(title, `${modelCount} models are listed`)
    : warning(title, 'no models are listed', 'They appear as soon as the Claude CLI works.');
}

export function checkAddress({ localUrl, externalUrl, remoteName }: Addresses): Check {
  const title = 'Address for your own machine';
  if (remoteName === undefined) return ok(title, externalUrl ?? localUrl);
  return externalUrl === undefined
    ? warning(
        title,
        `VS Code provides none in this window that leads to this server (${remoteName})`,
        'Forward the port in the Ports view.',
      )
    : ok(title, `${externalUrl}, forwarded by VS Code (${remoteName})`);
}
